import { array, type Described, integer, number, object, oneOf, type Schema, string } from '@pado/fault/json-schema';

export const defaultGuards = { allow: 'pado.dev/allow', maxCount: 1, maxPercent: 50 } as const;

export interface GuardWords {
  /** instances or nodes. */
  readonly things: string;
  /** tag or label. */
  readonly mark: string;
}

export const allowField = ({ mark }: Pick<GuardWords, 'mark'>): Schema<string> =>
  string({
    description: `the ${mark} that says, with the value true, that this may be harmed`,
    default: defaultGuards.allow,
    minLength: 1,
    maxLength: 128,
  });

/** What keeps a mistake small. A guard that cannot be checked refuses. */
export const guardsOf = ({ things, mark }: GuardWords) =>
  object(
    {},
    {
      allow: allowField({ mark }),
      maxCount: integer({
        description: `how many ${things} a run may hold harmed at a time`,
        minimum: 1,
        maximum: 1_000,
        default: defaultGuards.maxCount,
      }),
      maxPercent: number({
        description: `the same as a share of all ${things} that carry the ${mark}`,
        exclusiveMinimum: 0,
        maximum: 100,
        default: defaultGuards.maxPercent,
      }),
      unchecked: array(oneOf(['runner', 'prometheus'], { description: 'runner or prometheus' }), {
        description: `guards that need not be checkable: runner (the one of the ${things} that the run itself is on), prometheus (those that Prometheus is on, which a cluster must tell); what can be checked is checked all the same`,
        maxItems: 2,
      }),
    },
    { description: 'limits of the blast radius: {maxCount: 1, maxPercent: 50, unchecked: [prometheus]}' },
  );

export type Guards = Described<ReturnType<typeof guardsOf>>;
