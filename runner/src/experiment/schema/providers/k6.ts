import { literal, object, oneOf, string } from '@pado/fault/json-schema';
import { onNoData, texts, unit } from '../fields.ts';

export const k6Provider = object(
  {
    type: literal('k6', { description: 'k6: reads the end-of-test summary of the load' }),
    metric: string({
      description: 'a metric of the summary, such as http_reqs or shop_bad{journey:browse}',
      minLength: 1,
    }),
  },
  {
    statistic: string({
      description: 'a statistic of the metric, such as count, rate, avg or p(99)',
      minLength: 1,
      default: 'count',
    }),
    unit,
    onNoData,
  },
  { description: 'the provider k6: {type: k6, metric: …}; judged once, when the load has ended' },
);

export const k6Script = string({
  description: "a k6 script, looked for in the experiment's folder and then in each folder above it",
  minLength: 1,
});

/** More load as an action; its thresholds are judged like probes. */
export const k6Action = object(
  { type: literal('k6', { description: 'k6: runs a script' }), script: k6Script },
  {
    env: texts('environment of the script'),
    wait: oneOf(['started', 'ended'], {
      description: 'what the action waits for: started (first iterations are made) or ended',
      default: 'ended',
    }),
  },
  { description: 'the provider k6 in an action: {type: k6, script: load/spike.ts, env: {…}}' },
);
