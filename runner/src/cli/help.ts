import type { Command, Option } from './command.ts';
import { commonOptions } from './parse.ts';
import { columns } from './text.ts';

export function helpOfAll(commands: readonly Command[]): string {
  return [
    'Pado: break one service on purpose, watch the wave travel, prove that your fix stops it.',
    '',
    'usage: pado COMMAND [options]',
    '',
    columns(commands.map(({ name, summary }) => [`  ${name}`, summary])),
    '',
    'pado COMMAND --help explains one. Every command takes --json.',
    'exit codes: 0 held or done, 1 deviated, 2 usage or invalid file, 3 inconclusive, 4 aborted by a stop condition, 5 error',
  ].join('\n');
}

export function helpOf(command: Command): string {
  const { positional } = command;
  const lines = [`${command.summary}`, '', `usage: pado ${command.name} ${synopsis(command)}`.trimEnd(), ''];
  if (positional !== undefined) lines.push(`  ${positional.name}: ${positional.description}`, '');
  lines.push(columns(Object.entries({ ...command.options, ...commonOptions }).map(row)));
  if (command.examples.length > 0) lines.push('', 'examples:', ...command.examples.map((line) => `  ${line}`));
  return lines.join('\n');
}

function synopsis({ positional, rest }: Command): string {
  const words = ['[options]'];
  if (positional !== undefined) {
    const { name, min = 1, max = 1 } = positional;
    words.push((min === 0 ? `[${name}]` : name) + (max > 1 ? '…' : ''));
  }
  if (rest !== undefined) words.push(`-- ${rest}…`);
  return words.join(' ');
}

function row([name, option]: [string, Option]): string[] {
  const short = option.short === undefined ? '' : `-${option.short}, `;
  const placeholder = option.value ?? option.choices?.join('|');
  const value = placeholder === undefined ? '' : ` ${placeholder}`;
  const fallback = option.default === undefined ? '' : ` (default ${option.default})`;
  return [`  ${short}--${name}${value}`, `${option.description}${fallback}`];
}
