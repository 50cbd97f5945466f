/**
 * On a response: `false` asks the caller not to repeat the call, since it was repeated further down already or must not be
 * repeated at present. Retries stay at one layer instead of multiplying (Google, Site Reliability Engineering, chapter 21).
 */
export const markerHeader = 'x-should-retry';
export const isMarked = (header: string | string[] | undefined): boolean => header === 'false';
