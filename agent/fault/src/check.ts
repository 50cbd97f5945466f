import { formatDuration, parseDuration } from './duration.ts';
import type { Problem } from './explain.ts';
import { pathPattern } from './path-pattern.ts';
import { parseSize } from './quantity.ts';
import type { Effect, FaultSpec, Match, RequestEffect } from './schema.ts';
import { maxTtlMs } from './schema.ts';

/** The longest that one stall may block the main thread, in milliseconds. */
const maxStallMs = 30_000;

type Report = (path: Problem['path'], message: string) => void;

/** What a schema cannot say of a fault: how its fields fit together. Expects a spec that fits the schema. */
export function checkFault(spec: FaultSpec): Problem[] {
  const problems: Problem[] = [];
  const report: Report = (path, message) => problems.push({ path, message });
  checkTimes(spec, report);
  checkTarget(spec, report);
  for (const [index, effect] of spec.effects.entries())
    checkEffect(effect, (path, message) => report(['effects', index, ...path], message));
  return problems;
}

function checkTimes({ ttl, startAfter, pulse }: FaultSpec, report: Report): void {
  const ttlMs = parseDuration(ttl) ?? 0;
  if (ttlMs <= 0) report(['ttl'], '`ttl` is nothing: a fault needs a time to live, such as 60s');
  if (ttlMs > maxTtlMs) report(['ttl'], `\`ttl\` is ${ttl}: at most 1h, so that no fault is forgotten`);
  const startAfterMs = parseDuration(startAfter ?? '0s') ?? 0;
  if (startAfterMs > 0 && startAfterMs >= ttlMs) {
    report(
      ['startAfter'],
      `\`startAfter\` is ${startAfter}, but it counts towards the ttl of ${ttl}: the fault would never begin`,
    );
  }
  for (const phase of ['active', 'dormant'] as const) {
    if (pulse && parseDuration(pulse[phase]) === 0)
      report(['pulse', phase], `\`${phase}\` is nothing: leave \`pulse\` out for a fault without pauses`);
  }
}

function checkTarget({ target }: FaultSpec, report: Report): void {
  const { mode = 'all', value } = target;
  if (Object.keys(target.selector.matchLabels).length === 0) {
    report(
      ['target', 'selector', 'matchLabels'],
      '`matchLabels` is empty and would hit everything: name at least one label',
    );
  }
  if (mode === 'fixed' && value !== undefined && (!Number.isInteger(value) || value < 1)) {
    report(['target', 'value'], `\`value\` is ${value}: mode fixed needs a whole number from 1`);
  }
  if (mode.endsWith('percent') && value !== undefined && value > 100) {
    report(['target', 'value'], `\`value\` is ${value}: mode ${mode} needs a share from 0 to 100`);
  }
  if ((mode === 'one' || mode === 'all') && value !== undefined)
    report(['target', 'value'], `\`value\` has no meaning for mode ${mode}: leave it out`);
}

function checkEffect(effect: Effect, report: Report): void {
  if (isRequestEffect(effect)) checkRequest(effect, report);
  if (effect.kind === 'latency') checkDelay(effect, report);
  if (effect.kind === 'error') checkAnswer(effect, report);
  if (effect.kind === 'event-loop') checkStall(effect, report);
  if (effect.kind === 'memory') checkMemory(effect, report);
  if (effect.kind === 'gc') checkAbsolute('rate', effect.rate, report);
}

function checkDelay(
  { delay, jitter = '0ms', distribution = 'fixed' }: Extract<Effect, { kind: 'latency' }>,
  report: Report,
): void {
  const jitterMs = parseDuration(jitter) ?? 0;
  const delayMs = parseDuration(delay) ?? 0;
  if (distribution === 'fixed' && jitterMs > 0) {
    report(
      ['jitter'],
      '`jitter` has no meaning for the distribution fixed: name uniform, normal, exponential or pareto',
    );
  }
  if (distribution !== 'fixed' && jitterMs === 0)
    report(['distribution'], `\`distribution\` ${distribution} needs a \`jitter\`, such as 200ms`);
  if (distribution === 'uniform' && jitterMs > delayMs) {
    report(['jitter'], `\`jitter\` is ${jitter}, more than the delay of ${delay}: a delay cannot be negative`);
  }
  if (delayMs === 0 && jitterMs === 0) report(['delay'], '`delay` is nothing: there would be no fault');
}

const requestKinds: readonly string[] = ['latency', 'error', 'abort', 'hang', 'throttle', 'truncate'];
export const isRequestEffect = (effect: Effect): effect is RequestEffect => requestKinds.includes(effect.kind);

/** The fields of a match that mean something on a layer. */
const matchFields: Readonly<Record<'http' | 'tcp' | 'dns', readonly (keyof Match)[]>> = {
  http: ['service', 'host', 'port', 'method', 'path', 'headers', 'baggage'],
  tcp: ['service', 'host', 'port'],
  dns: ['host'],
};

function checkRequest(effect: RequestEffect, report: Report): void {
  const { layer = 'http', direction, match = {} } = effect;
  if (layer === 'http' && direction === undefined) {
    report(
      [],
      '`direction` is missing: inbound (requests that the target receives) or outbound (requests that the target sends)',
    );
  }
  if (layer !== 'http' && direction === 'inbound')
    report(['direction'], `\`direction\` is inbound, but layer ${layer} is outbound: leave it out`);
  if (layer !== 'http' && effect.sampling === 'request')
    report(['sampling'], `\`sampling\` request needs headers, which layer ${layer} does not have: use attempt`);
  if (layer === 'dns' && 'at' in effect) report(['at'], '`at` has no meaning for layer dns: leave it out');
  for (const field of Object.keys(match) as (keyof Match)[]) {
    if (matchFields[layer].includes(field)) continue;
    report(
      ['match', field],
      `\`match.${field}\` has no meaning for layer ${layer}; known there: ${matchFields[layer].join(', ')}`,
    );
  }
  if (layer === 'http') checkHttp(effect, match, report);
}

function checkHttp(effect: RequestEffect, match: Match, report: Report): void {
  if (effect.direction === 'inbound') {
    if (effect.kind === 'abort' && (effect.code ?? 'ECONNRESET') !== 'ECONNRESET') {
      report(
        ['code'],
        `\`code\` is ${effect.code}: an inbound connection can only be reset, use ECONNRESET or direction outbound`,
      );
    }
    for (const field of ['service', 'host'] as const) {
      if (match[field] === undefined) continue;
      report(
        ['match', field],
        `\`match.${field}\` names the far side of an outbound request: for inbound requests name the target in \`target.selector\``,
      );
    }
  }
  const { path } = match;
  if (path === undefined) return;
  if (!path.startsWith('/') && !path.startsWith('*'))
    report(['match', 'path'], `\`path\` is ${path}: a path begins with / (or with * for any)`);
  try {
    pathPattern(path);
  } catch (error) {
    report(['match', 'path'], `\`path\` is not a regular expression: ${(error as Error).message}`);
  }
}

/** On layer http an error is a status, on layer dns a code. */
function checkAnswer({ layer = 'http', ...effect }: Extract<Effect, { kind: 'error' }>, report: Report): void {
  const wanted = layer === 'http' ? 'status' : 'code';
  const example = layer === 'http' ? 'an HTTP status from 400 to 599' : 'ENOTFOUND or EAI_AGAIN';
  if (effect[wanted] === undefined) report([], `\`${wanted}\` is missing: ${example}`);
  for (const field of layer === 'http' ? (['code'] as const) : (['status', 'body', 'headers'] as const)) {
    if (effect[field] === undefined) continue;
    const other = layer === 'http' ? 'layer dns' : 'layer http';
    report([field], `\`${field}\` belongs to ${other}: this effect is on layer ${layer}`);
  }
}

function checkMemory({ leak, ramp }: Extract<Effect, { kind: 'memory' }>, report: Report): void {
  if (leak === undefined) return;
  checkAbsolute('leak', leak, report);
  if (ramp !== undefined) report(['ramp'], '`ramp` and `leak` both say how fast: leave one out');
}

/** What is taken each second is a size, never a share of a limit, and not nothing. */
function checkAbsolute(field: string, text: string, report: Report): void {
  const size = parseSize(text);
  if (!size || !('bytes' in size) || size.bytes === 0)
    report([field], `\`${field}\` is ${text}: a size each second, such as 64Mi`);
}

function checkStall({ load, stall, every }: Extract<Effect, { kind: 'event-loop' }>, report: Report): void {
  if (load !== undefined && load === 0) report(['load'], '`load` is 0: there would be no fault');
  if (stall === undefined || every === undefined) return;
  const stallMs = parseDuration(stall) ?? 0;
  const everyMs = parseDuration(every) ?? 0;
  if (stallMs === 0) report(['stall'], '`stall` is nothing: there would be no fault');
  if (stallMs > maxStallMs) report(['stall'], `\`stall\` is ${stall}: at most ${formatDuration(maxStallMs)} at a time`);
  if (everyMs <= stallMs)
    report(['every'], `\`every\` is ${every}, from start to start: it must be longer than the stall of ${stall}`);
}
