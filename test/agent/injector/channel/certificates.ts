import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

interface Leaf {
  /** As in openssl: DNS:name or IP:address. */
  readonly names: readonly string[];
  /** Negative: it has expired. */
  readonly days?: number;
}

export interface Authority {
  /** Its own certificate, PEM. */
  readonly ca: string;
  issue(leaf: Leaf): { readonly key: string; readonly cert: string };
}

const openssl = (...args: readonly string[]): void => {
  execFileSync('openssl', args, { stdio: ['ignore', 'ignore', 'ignore'] });
};
const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];

/** A certificate authority whose files are in `folder`. */
export function authority(folder: string, name: string): Authority {
  const at = (file: string): string => join(folder, `${name}-${file}`);
  openssl('req', '-x509', ...newKey, '-subj', `/CN=${name}`, '-keyout', at('ca.key'), '-out', at('ca.crt'));
  let issued = 0;
  return {
    ca: readFileSync(at('ca.crt'), 'utf8'),
    issue: ({ names, days = 1 }) => {
      issued += 1;
      const [key, csr, cert, ext] = ['key', 'csr', 'crt', 'ext'].map((kind) => at(`${issued}.${kind}`)) as [
        string,
        string,
        string,
        string,
      ];
      writeFileSync(ext, `subjectAltName=${names.join()}\n`);
      openssl('req', ...newKey, '-subj', '/CN=agent', '-keyout', key, '-out', csr);
      const by = ['-CA', at('ca.crt'), '-CAkey', at('ca.key'), '-CAcreateserial'];
      openssl('x509', '-req', '-in', csr, ...by, '-days', String(days), '-extfile', ext, '-out', cert);
      return { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
    },
  };
}
