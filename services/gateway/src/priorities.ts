/**
 * What a request is worth when not all can be served, 0 highest to 9 lowest: what brings money first, then what a customer
 * looks at closely, then browsing. It travels with the request to every service behind.
 */
export const priorities = { buying: 0, looking: 5, browsing: 7, extra: 9 } as const;
