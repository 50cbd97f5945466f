import type { Address, AgentMessage } from '@pado/fault';

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isTime = (value: unknown): boolean => typeof value === 'number' && Number.isFinite(value) && value >= 0;

const isAddress = (value: unknown): value is Address =>
  isObject(value) && typeof value.host === 'string' && typeof value.port === 'number';

const isServices = (value: unknown): boolean =>
  isObject(value) && Object.values(value).every((list) => Array.isArray(list) && list.every(isAddress));

const isSpec = (value: unknown): boolean =>
  isObject(value) &&
  typeof value.ttl === 'string' &&
  Array.isArray(value.effects) &&
  value.effects.length > 0 &&
  value.effects.every(isObject);

/** Reads a line of the agent; undefined for anything that is not a whole message of the protocol. */
export function readMessage(line: string): AgentMessage | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (!isObject(value)) return undefined;
  const isNamed = typeof value.uid === 'string' && value.uid !== '';
  const fits = {
    welcome: () => typeof value.version === 'number',
    heartbeat: () => true,
    goaway: () => true,
    disarm: () => isNamed && typeof value.reason === 'string',
    arm: () =>
      isNamed &&
      isSpec(value.spec) &&
      isServices(value.services) &&
      isTime(value.elapsedMs) &&
      isTime(value.remainingMs),
  };
  const isKnown = typeof value.type === 'string' && Object.hasOwn(fits, value.type);
  return isKnown && fits[value.type as keyof typeof fits]() ? (value as unknown as AgentMessage) : undefined;
}
