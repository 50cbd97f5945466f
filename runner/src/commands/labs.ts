/** The guided experiments that ship with Pado. */
export interface Lab {
  readonly name: string;
  /** From the checkout. */
  readonly experiment: string;
  /** The policies that are said to help, and how, in one line. */
  readonly fix: string;
  readonly steps: readonly string[];
  /** What to look at when the first arm deviates. */
  readonly lesson: string;
}

export const labs: readonly Lab[] = [
  {
    name: 'slow-payments',
    experiment: 'experiments/slow-payments.yaml',
    fix: 'standard',
    steps: [
      'steady state  shoppers browse and buy at a constant rate; probes say what is normal',
      'hypothesis    when payments answers 2 s late, checkout stays under 500 ms and browsing is untouched',
      'experiment    a fault inside the payments process delays its answers, for a minute at most',
      'verification  the probes judge the time in which the fault was in force',
      'improvement   the same experiment again, with a deadline, a bulkhead and a fallback',
    ],
    lesson:
      'Browsing never calls payments. It suffers because checkouts that wait for payments keep their places in the gateway, ' +
      'and those places are shared: the wave travels through what is shared, not through who calls whom.',
  },
];
