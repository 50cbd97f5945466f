import type { Command } from '../cli/command.ts';
import { agent } from './agent.ts';
import { bench } from './bench.ts';
import { calibrate } from './calibrate.ts';
import { cascades } from './cascades.ts';
import { down } from './down.ts';
import { exec } from './exec.ts';
import { exportCommand } from './export.ts';
import { faultApply } from './fault-apply.ts';
import { faultClear } from './fault-clear.ts';
import { faultList } from './fault-list.ts';
import { lab } from './lab.ts';
import { leverDisengage, leverEngage, leverStatus } from './lever.ts';
import { policyGet } from './policy-get.ts';
import { policySet } from './policy-set.ts';
import { recover } from './recover.ts';
import { report } from './report.ts';
import { run } from './run.ts';
import { status } from './status.ts';
import { step } from './step.ts';
import { up } from './up.ts';
import { validate } from './validate.ts';

/** Every command, in the order of the help. */
export const commands: readonly Command[] = [
  lab,
  up,
  down,
  status,
  run,
  recover,
  validate,
  report,
  exportCommand,
  bench,
  cascades,
  calibrate,
  policyGet,
  policySet,
  faultApply,
  faultList,
  faultClear,
  leverEngage,
  leverDisengage,
  leverStatus,
  agent,
  exec,
  step,
];
