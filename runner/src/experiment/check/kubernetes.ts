import type { KubernetesAction, KubernetesProbe } from '../schema.ts';
import type { Path } from '../source.ts';
import type { Report } from './walk.ts';

interface Selection {
  readonly mode?: string;
  readonly value?: number | string;
}

export function checkKubernetes(provider: KubernetesAction | KubernetesProbe, path: Path, report: Report): void {
  if (!('action' in provider)) return;
  switch (provider.action) {
    case 'delete-pods':
    case 'evict-pods':
      if (Object.keys(provider.labels).length === 0) {
        report([...path, 'labels'], `\`labels\` is empty: it would take every pod of the namespace; name at least one`);
      }
      checkSelection(provider, path, report);
      return;
    case 'cordon':
    case 'uncordon':
    case 'drain':
    case 'delete-node':
    case 'taint':
      checkNodes(provider, path, report);
      // The `value` of a taint is the taint's own.
      if (provider.action !== 'uncordon') checkSelection(provider, path, report, provider.action === 'taint');
  }
}

function checkNodes(
  { action, node, labels }: { readonly action: string; readonly node?: string; readonly labels?: object },
  path: Path,
  report: Report,
): void {
  if (node === undefined && labels === undefined) {
    report(path, `${action} needs a node: name it (\`node\`) or choose by \`labels\``);
  }
  if (node !== undefined && labels !== undefined) {
    report([...path, 'labels'], '`node` names one already: leave out `node` or `labels`');
  }
}

/** How many are taken, of whatever provider. */
export function checkSelection({ mode = 'one', value }: Selection, path: Path, report: Report, isTaint = false): void {
  const counts = mode !== 'one' && mode !== 'all';
  if (isTaint) {
    if (counts) report([...path, 'mode'], `a taint is put on one node or on all: use \`mode: one\` or \`mode: all\``);
    return;
  }
  if (counts && value === undefined) {
    const example = mode === 'fixed' ? 'how many, such as `value: 2`' : 'a share, such as `value: 50`';
    report([...path, 'mode'], `\`mode: ${mode}\` needs \`value\`: ${example}`);
  }
  if (typeof value !== 'number') return;
  if (!counts)
    report([...path, 'value'], `\`value\` means nothing with \`mode: ${mode}\`: use \`mode: fixed\` or leave it out`);
  else if (mode === 'fixed' && (!Number.isInteger(value) || value < 1)) {
    report([...path, 'value'], `\`value\` is ${value}; with \`mode: fixed\` it should be a whole number from 1`);
  } else if (mode !== 'fixed' && value > 100) {
    report([...path, 'value'], `\`value\` is ${value}; with \`mode: ${mode}\` it should be a share from 0 to 100`);
  }
}
