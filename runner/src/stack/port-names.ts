import { services } from '../contracts.ts';

/** Everything of a stack that listens. */
export const portNames = [...services, 'agent', 'prometheus', 'postgres'] as const;
export type PortName = (typeof portNames)[number];
