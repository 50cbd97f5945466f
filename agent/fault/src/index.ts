export * from './api.ts';
export * from './duration.ts';
export * from './errors.ts';
export * from './nearest.ts';
export * from './protocol.ts';
export * from './quantity.ts';
export * from './schema.ts';
