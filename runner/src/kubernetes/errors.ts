import { PadoError } from '@pado/fault';

/** The Status object that the API server answers with instead of what was asked for. */
export interface ApiStatus {
  readonly message?: string;
  readonly reason?: string;
  readonly details?: {
    readonly kind?: string;
    readonly group?: string;
    readonly causes?: readonly { readonly field?: string; readonly message?: string }[];
  };
}

/** What one request asked for; for messages. */
export interface Asked {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly server: string;
}

const verbs: Readonly<Record<string, string>> = { POST: 'create', PUT: 'update', PATCH: 'patch', DELETE: 'delete' };

/** The error that an answer from 400 up stands for. */
export function refusal(asked: Asked, status: number, body: ApiStatus): PadoError {
  const { reason, message = `status ${status}`, details } = body;
  const facts = { status, reason, causes: details?.causes, path: asked.path };
  const error = (code: ConstructorParameters<typeof PadoError>[0], text: string, more: object = {}) =>
    new PadoError(code, text, { details: { ...facts, ...more } });
  if (status === 401)
    return error(
      'ERR_PADO_UNAUTHORIZED',
      `the API server ${asked.server} does not know you: the credentials of this context are missing or expired`,
    );
  if (status === 403 && isRbac(message)) return error('ERR_PADO_FORBIDDEN', `${message}. Needed is ${ruleOf(asked)}`);
  if (status === 403) return error('ERR_PADO_FORBIDDEN', message);
  if (status === 404 && isKindMissing(asked.path, body))
    return error(
      'ERR_PADO_KUBERNETES',
      `this cluster does not know the kind Fault: helm install pado charts/agent -n pado --create-namespace`,
    );
  if (status === 404) return error('ERR_PADO_NOT_FOUND', message);
  if (status === 409) return error('ERR_PADO_CONFLICT', message);
  if (status === 400 || status === 422) return error('ERR_PADO_INVALID', sentencesOf(body), { message });
  const passing = status === 429 || status >= 500;
  return error(
    'ERR_PADO_KUBERNETES',
    `the API server answered ${asked.method} ${asked.path} with ${status}: ${message}`,
    { passing },
  );
}

/** Nobody answered. */
export const unreachable = ({ server, method, path }: Asked, cause: unknown): PadoError =>
  new PadoError(
    'ERR_PADO_KUBERNETES',
    `the API server ${server} does not answer (${method} ${path}): ${reasonOf(cause)}`,
    {
      cause,
      details: { passing: true, status: 0 },
    },
  );

/** Errors of several addresses at once have no message of their own. */
const reasonOf = (cause: unknown): string => {
  const error = cause as NodeJS.ErrnoException;
  return error.message || error.code || String(cause);
};

const isRbac = (message: string): boolean => /cannot \w+ resource/.test(message);

/** A kind that is not served answers 404 as text, or with a Status that names no object. */
const isKindMissing = (path: string, { details, message }: ApiStatus): boolean =>
  path.startsWith('/apis/pado.dev/') &&
  details?.kind === undefined &&
  !/namespaces? ".*" not found/.test(message ?? '');

/** `the rule {apiGroups: [pado.dev], resources: [faults], verbs: [create]} in a Role of namespace shop`. */
export function ruleOf({ method, path }: Asked): string {
  const [, group = '', namespace, resource = '', name, sub] =
    /^\/(?:api|apis\/([^/]+))\/[^/]+(?:\/namespaces\/([^/]+))?\/([^/?]+)(?:\/([^/?]+))?(?:\/([^/?]+))?/.exec(path) ??
    [];
  const verb = method === 'GET' ? (name === undefined ? 'list' : 'get') : (verbs[method] ?? method.toLowerCase());
  const resources = sub === undefined ? resource : `${resource}/${sub}`;
  const where = namespace === undefined ? 'a ClusterRole' : `a Role of the namespace ${namespace}`;
  return `the rule {apiGroups: ["${group}"], resources: ["${resources}"], verbs: ["${verb}"]} in ${where}`;
}

/** The API server's own sentences, each with its field. */
function sentencesOf({ message = 'refused', details }: ApiStatus): string {
  const causes = details?.causes ?? [];
  if (causes.length === 0) return message;
  return causes.map(({ field, message: text }) => [field, text].filter(Boolean).join(': ')).join('\n');
}

/** `spec.effects[0].delay` → ['spec', 'effects', 0, 'delay']. */
export const fieldPath = (field: string): (string | number)[] =>
  [...field.matchAll(/\[(\d+)\]|\["?([^\]"]+)"?\]|([^.[\]]+)/g)].map(([, index, key, name]) =>
    index === undefined ? (key ?? name ?? '') : Number(index),
  );
