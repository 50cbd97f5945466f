/**
 * kept: there, as promised; lost: promised, and not there; doubled: its key leads to another order than was promised;
 * unfinished: there, but not confirmed in time; refused: not promised, and not there or rejected; made: not promised (no
 * answer, or an error), and there all the same, which a user who tries again with the same key finds out.
 */
export const findings = ['kept', 'lost', 'doubled', 'unfinished', 'refused', 'made'] as const;
export type Finding = (typeof findings)[number];
