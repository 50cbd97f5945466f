import { services as allServices, type Listener } from '../contracts.ts';
import type { ShopSettings } from '../experiment/schema/shop.ts';
import { switchPolicies } from '../stack/policies.ts';
import type { StackOptions } from '../stack/start.ts';
import type { Arm } from './arms.ts';
import { type ArmRequest, type ArmRun, measureRun } from './measure-run.ts';
import { type OwnProgram, startOwnProgram } from './own-program.ts';

/** What the runs of a benchmark share. */
export interface ArmContext {
  readonly stack: Omit<StackOptions, 'shop' | 'bound' | 'signal'>;
  /** Where a program of the user's own is started. */
  readonly workingDirectory: string;
  readonly signal: AbortSignal;
  readonly listener: Listener;
}

/** One run of one arm on this machine, with fresh processes from beginning to end. */
export async function runArm(request: ArmRequest, context: ArmContext): Promise<ArmRun> {
  const { experiment, arm } = request;
  const { signal, workingDirectory } = context;
  // Loaded when needed: it brings PostgreSQL along.
  const { startStack } = await import('../stack/start.ts');
  // A program of the user's own needs agent and Prometheus alone.
  const shop = arm.command === undefined ? withEnvironment(experiment.shop, arm.environment) : { services: [] };
  const stack = await startStack({ ...context.stack, shop, bound: true, signal });
  let program: OwnProgram | undefined;
  try {
    await Promise.race([switchPolicies(stack.file, arm.policies, signal), stack.died]);
    const { prometheusUrl } = stack.file;
    if (arm.command === undefined)
      return await measureRun(request, { stack: stack.file, died: stack.died, prometheusUrl }, context);
    const { command } = arm;
    program = await startOwnProgram({ ...context.stack, command, stack: stack.file, signal, workingDirectory });
    const { environment, died } = program;
    return await measureRun(request, { environment, died, prometheusUrl }, context);
  } finally {
    await program?.stop();
    await stack.stop();
  }
}

function withEnvironment(shop: ShopSettings | undefined, more: Arm['environment']): ShopSettings | undefined {
  if (more === undefined) return shop;
  const services = shop?.services ?? allServices;
  const env = Object.fromEntries(services.map((name) => [name, { ...shop?.env?.[name], ...more }]));
  return { ...shop, env };
}
