import { calibrationFile } from '../bench/calibration.ts';
import type { Command } from '../cli/command.ts';
import { shown } from '../cli/settings.ts';
import { paths } from '../stack/paths.ts';
import { armContext, calibration, calibrationText } from './bench-tools.ts';

export const calibrate: Command = {
  name: 'calibrate',
  summary: 'finds how much load this machine bears, so that cascades come from the shop and not from the CPU',
  options: {
    show: { type: 'boolean', description: 'shows what was found before, and measures only when nothing was' },
  },
  examples: ['pado calibrate', 'pado calibrate --show'],
  async run(invocation) {
    const context = await armContext(invocation);
    const found = await calibration(invocation, context, { anew: !invocation.values.boolean('show') });
    const file = shown(calibrationFile(paths(invocation.settings.project).state));
    return { json: found, text: `${calibrationText(found)}\nkept in ${file}` };
  },
};
