import { formatDuration } from '@pado/fault';
import type { ProbeResult } from '../contracts.ts';
import { observed, sign } from '../report/facts/format.ts';
import type { Band } from './band.ts';
import { cut, type Line, pad, span, widthOf } from './line.ts';

export const toneOf = (met: boolean | null): Band => (met === null ? 'slow' : met ? 'ok' : 'failing');

/** As many probes as fit in `height`, the latest ones; those among `looks` are not judged yet. */
export function probeLines(
  probes: readonly ProbeResult[],
  width: number,
  height = Number.POSITIVE_INFINITY,
  looks: ReadonlySet<ProbeResult> = new Set(),
): readonly Line[] {
  if (probes.length > height) {
    const shown = height > 1 ? probes.slice(-(height - 1)) : [];
    return height < 1 ? [] : [[span(`… ${probes.length - shown.length} more`, 'dim')], ...table(shown, width, looks)];
  }
  return table(probes, width, looks);
}

function table(probes: readonly ProbeResult[], width: number, looks: ReadonlySet<ProbeResult>): readonly Line[] {
  const names = Math.min(Math.max(0, ...probes.map(({ name }) => widthOf(name))), width - 40);
  const values = Math.max(0, ...probes.map((probe) => widthOf(valueText(probe))));
  return probes.map((probe) => [
    span(`${sign(probe.met)} `, toneOf(probe.met)),
    span(pad(cut(probe.name, names), names)),
    span(`  ${pad(probe.window, 6)}  `, 'dim'),
    span(pad(valueText(probe), values), toneOf(probe.met)),
    span(`  ${probe.expected}${recoveryText(probe)}${looks.has(probe) ? `, now${looksText(probe)}` : ''}`, 'dim'),
  ]);
}

const looksText = ({ looks }: ProbeResult): string =>
  looks === undefined ? '' : ` (${looks.missed} of ${looks.count} missed)`;

export const valueText = ({ value, unit }: ProbeResult): string => observed(value, unit);

export const recoveryText = ({ recoveredAfterMs }: ProbeResult): string =>
  recoveredAfterMs === undefined ? '' : `, after ${formatDuration(recoveredAfterMs)}`;
