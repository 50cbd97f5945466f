import type { Context, Step } from './context.ts';

/** One after the other; what is done already is passed over, so that a run can be resumed after any failure. */
export async function runSteps(steps: readonly Step[], context: Context): Promise<string[]> {
  const acted: string[] = [];
  for (const [index, step] of steps.entries()) {
    const place = `[${index + 1}/${steps.length}] ${step.name}`;
    context.signal.throwIfAborted();
    if (await step.isDone(context)) {
      context.progress(`${place}: done already`);
      continue;
    }
    context.progress(`${place}: ${step.what} (about ${step.minutes} min)`);
    await step.act(context);
    acted.push(step.name);
  }
  return acted;
}

export const planLines = (steps: readonly Step[]): string[] =>
  steps.map(({ name, what, minutes }, index) => `  ${index + 1}. ${name}: ${what} (about ${minutes} min)`);
