import type { Option } from '../../cli/command.ts';
import { dryStrategies } from '../../experiment/context.ts';
import { hypothesisStrategies, rollbackStrategies } from '../../experiment/schema.ts';
import { loadModes } from '../../kubernetes/load-modes.ts';
import { clusterOptions, k6Image } from '../../kubernetes/options.ts';

/** What is done: as `chaos run` has it. */
const experimentOptions = {
  var: {
    type: 'string',
    multiple: true,
    value: 'KEY[:TYPE]=VALUE',
    description: 'a value of the configuration; types: str, int, float, bool, bytes, json',
    default: 'str',
  },
  'var-file': {
    type: 'string',
    multiple: true,
    value: 'FILE',
    description: 'values from a JSON or YAML file (configuration, secrets), or an environment from a .env file',
  },
  dry: {
    type: 'string',
    value: 'STRATEGY',
    choices: dryStrategies,
    description:
      'leaves out `probes`, `actions`, both (`activities`) or pauses alone (`pause`); such a run proves nothing, and exits with 0 when it went through',
  },
  'hypothesis-strategy': {
    type: 'string',
    value: 'STRATEGY',
    choices: hypothesisStrategies,
    description: `when the hypothesis is looked at: ${hypothesisStrategies.join(', ')}`,
    default: "the experiment's",
  },
  'hypothesis-frequency': {
    type: 'string',
    value: 'SECONDS',
    description: 'between two looks during the method, 0.1 to 3600',
    default: "the experiment's, else 1",
  },
  'fail-fast': { type: 'boolean', description: 'ends the method at the first miss during it' },
  'rollback-strategy': {
    type: 'string',
    value: 'STRATEGY',
    choices: rollbackStrategies,
    description: `when rollbacks are done: ${rollbackStrategies.join(', ')}`,
    default: "the experiment's, else always",
  },
  repeat: {
    type: 'string',
    value: 'N',
    description: 'runs each experiment N times, 1 to 100, each with a baseline of its own',
    default: '1',
  },
} as const satisfies Record<string, Option>;

/** Who is told. */
const tellingOptions = {
  events: { type: 'string', value: 'FILE', description: 'writes each event as a JSON line, as it happens' },
  junit: { type: 'string', value: 'FILE', description: 'writes a JUnit XML file, a test case per probe and window' },
  github: { type: 'boolean', description: 'prints annotations for GitHub Actions to stderr' },
  grafana: {
    type: 'string',
    value: 'URL',
    description: 'marks the phases in Grafana; the token is in GRAFANA_TOKEN',
    default: "the experiment's",
  },
  webhook: {
    type: 'string',
    value: 'URL',
    description: 'sends a CloudEvent at each phase',
    default: "the experiment's",
  },
  'chaostoolkit-exit-codes': { type: 'boolean', description: 'exits as `chaos run` does: 0, 1 or 2' },
} as const satisfies Record<string, Option>;

/** Where it is done. */
const whereOptions = {
  prometheus: {
    type: 'string',
    value: 'URL',
    description: 'where Prometheus is',
    default: "the shop's; on Kubernetes the Service prometheus, through a port-forward",
  },
  agent: {
    type: 'string',
    value: 'FILE',
    description: 'the agent.json of a local agent',
    default: "the shop's, else that of `pado agent`",
  },
  gateway: {
    type: 'string',
    value: 'URL',
    description: 'what the load calls: BASE_URL of its script',
    default: "the shop's; on Kubernetes the Service gateway, through a port-forward",
  },
  load: {
    type: 'string',
    choices: loadModes,
    description: 'where k6 runs: here, as a Job (on Kubernetes), or not at all',
    default: 'local; inside a pod, job',
  },
  ...clusterOptions,
  'k6-image': { type: 'string', value: 'IMAGE', description: 'the image of a load that is a Job', default: k6Image },
} as const satisfies Record<string, Option>;

export const runOptions = { ...experimentOptions, ...tellingOptions, ...whereOptions };
