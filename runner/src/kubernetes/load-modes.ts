/** local: k6 here; job: k6 as a Job beside the shop; none: a load is there already. */
export const loadModes = ['local', 'job', 'none'] as const;
export type LoadMode = (typeof loadModes)[number];
