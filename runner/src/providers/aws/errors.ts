import { type ErrorCode, PadoError } from '@pado/fault';

/** What was asked, for messages. */
export interface AwsCall {
  /** The IAM action, such as ec2:StopInstances. */
  readonly operation: string;
  readonly region: string;
  readonly maxAttempts: number;
}

/** As the SDK's errors are, whatever their class; older services put their code into `Code`. */
interface SdkError {
  readonly name?: string;
  readonly Code?: string;
  readonly code?: string;
  readonly message?: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
  readonly cause?: unknown;
}

interface Class {
  readonly code: ErrorCode;
  /** The service's own names for it. */
  readonly names: readonly string[];
  readonly says: (reason: string, call: AwsCall) => string;
  /** It may work later, unchanged. */
  readonly passing?: true;
}

/** What goes wrong and what to do about it. Names by the services' own error references; the first that fits decides. */
const classes: readonly Class[] = [
  {
    code: 'ERR_PADO_AWS',
    names: [
      ...['Throttling', 'ThrottlingException', 'ThrottledException', 'RequestThrottled', 'RequestThrottledException'],
      ...['RequestLimitExceeded', 'TooManyRequestsException', 'SlowDown', 'EC2ThrottledException'],
      ...['PriorRequestNotComplete', 'BandwidthLimitExceeded'],
    ],
    says: (reason, { operation, region, maxAttempts }) =>
      `AWS throttles ${operation} in ${region}, ${maxAttempts} attempts long: wait a minute, or ask for a higher rate (${reason})`,
    passing: true,
  },
  {
    code: 'ERR_PADO_UNAUTHORIZED',
    names: ['ExpiredToken', 'ExpiredTokenException', 'RequestExpired', 'TokenRefreshRequired'],
    says: (reason) =>
      `the AWS session has expired: renew it, as with "aws sso login", and set the clock right if it has not (${reason})`,
  },
  {
    code: 'ERR_PADO_UNAUTHORIZED',
    names: ['CredentialsProviderError', 'ProviderError', 'TokenProviderError'],
    says: (reason) =>
      `there are no AWS credentials that can be used: give AWS_PROFILE, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or a role to the pod or instance (${reason})`,
  },
  {
    code: 'ERR_PADO_UNAUTHORIZED',
    names: [
      ...['AuthFailure', 'InvalidClientTokenId', 'UnrecognizedClientException', 'InvalidAccessKeyId', 'InvalidToken'],
      ...['SignatureDoesNotMatch', 'InvalidSignatureException', 'IncompleteSignature', 'RequestTimeTooSkewed'],
      ...['MissingAuthenticationToken', 'MissingAuthenticationTokenException', 'NotAuthorized'],
    ],
    says: (reason) =>
      `AWS does not accept these credentials: check them with "aws sts get-caller-identity", and this machine's clock (${reason})`,
  },
  {
    code: 'ERR_PADO_FORBIDDEN',
    names: ['UnauthorizedOperation', 'AccessDenied', 'AccessDeniedException', 'UnauthorizedException', 'Blocked'],
    says: (reason, { operation, region }) =>
      `AWS forbids ${operation} in ${region}: an IAM policy of this identity must allow the action ${operation}, and no other may deny it (${withoutSecret(reason)})`,
  },
  {
    code: 'ERR_PADO_FORBIDDEN',
    names: ['OptInRequired', 'PendingVerification', 'SubscriptionRequiredException'],
    says: (reason, { region }) => `this account may not use the region ${region} or its service yet (${reason})`,
  },
  {
    code: 'ERR_PADO_NOT_FOUND',
    names: [
      ...['InvalidInstanceID.NotFound', 'InvalidInstanceID.Malformed', 'InvalidInstanceID'],
      ...['ResourceNotFoundException', 'ResourceNotFound', 'ResourceNotFoundFault'],
    ],
    says: (reason, { region }) =>
      `AWS does not know it in ${region}: is it gone, or another region's or account's? (${reason})`,
  },
  {
    code: 'ERR_PADO_CONFLICT',
    names: ['IncorrectInstanceState', 'IncorrectState', 'ConflictException', 'InvalidState', 'OperationNotPermitted'],
    says: (reason, { operation }) =>
      `it is not in a state that allows ${operation}: termination or stop protection, or somebody else changes it (${reason})`,
  },
  {
    code: 'ERR_PADO_PROVIDER',
    names: ['UnsupportedOperation', 'UnsupportedHibernationConfiguration', 'InvalidParameterCombination'],
    says: (reason, { operation }) =>
      `${operation} is not possible for this instance; a Spot instance can be terminated only (${reason})`,
  },
  {
    code: 'ERR_PADO_AWS',
    names: [
      ...['InsufficientInstanceCapacity', 'InsufficientCapacity', 'InstanceLimitExceeded', 'VcpuLimitExceeded'],
      ...['InsufficientHostCapacity', 'MaxSpotInstanceCountExceeded', 'ServiceQuotaExceededException'],
    ],
    says: (reason, { operation }) => `AWS has no room for ${operation} now: wait, or ask for a quota (${reason})`,
    passing: true,
  },
  {
    code: 'ERR_PADO_INVALID',
    names: ['ValidationException', 'ValidationError', 'InvalidParameterValue', 'MissingParameter', 'InvalidFilter'],
    says: (reason, { operation }) => `AWS does not accept what ${operation} was given: ${reason}`,
  },
];

const network = new Set(
  ['ENOTFOUND', 'EAI_AGAIN', 'ECONNREFUSED', 'ECONNRESET', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'EPIPE'].concat([
    'EPROTO',
    'CERT_HAS_EXPIRED',
    'TimeoutError',
    'NetworkingError',
    'UND_ERR_CONNECT_TIMEOUT',
  ]),
);

/** An error of the SDK as one of ours, its cause kept. */
export function awsError(cause: unknown, call: AwsCall): PadoError {
  const error = (cause ?? {}) as SdkError;
  const { message = '', $metadata: { httpStatusCode: status } = {} } = error;
  const { operation, region, maxAttempts } = call;
  const names = [error.name, error.Code, error.code].filter((name) => name !== undefined);
  const reason = names[0] === 'Error' || message.startsWith(`${names[0]}:`) ? message : `${names[0]}: ${message}`;
  const raise = (code: ErrorCode, text: string, passing: boolean) =>
    new PadoError(code, text, { cause, details: { operation, region, reason: names[0], status, passing } });

  const known =
    expired(error) ??
    classes.find((one) => names.some((name) => one.names.includes(name))) ??
    (status === 429 ? classes[0] : undefined);
  if (known !== undefined) return raise(known.code, known.says(reason, call), known.passing === true);
  if (status !== undefined && status >= 500) {
    const text = `AWS answered ${operation} in ${region} with ${status}, ${maxAttempts} attempts long: its own fault, try again later (${reason})`;
    return raise('ERR_PADO_AWS', text, true);
  }
  if (error.name === 'SyntaxError' || message.includes('Deserialization error')) {
    const text = `what answered ${operation} in ${region} does not speak as AWS does: is AWS_ENDPOINT_URL right, or a proxy in between? (${message.split('\n')[0]})`;
    return raise('ERR_PADO_AWS', text, false);
  }
  if (status === undefined || names.some((name) => network.has(name))) {
    const why = messageOf(error) || names.join(' ');
    const text = `AWS does not answer ${operation} in ${region}: is there a network, and is AWS_ENDPOINT_URL right where it is set? (${why})`;
    return raise('ERR_PADO_AWS', text, true);
  }
  const code = status === 401 ? 'ERR_PADO_UNAUTHORIZED' : status === 403 ? 'ERR_PADO_FORBIDDEN' : 'ERR_PADO_AWS';
  return raise(code, `AWS refused ${operation} in ${region} with ${status}: ${reason}`, false);
}

/** Credentials of a profile that have expired are told by the SDK itself, in words. */
const expired = ({ name, message = '' }: SdkError): Class | undefined =>
  /(Credentials|Token|^)ProviderError$/.test(name ?? '') && /expired/i.test(message)
    ? classes.find(({ names }) => names.includes('ExpiredToken'))
    : undefined;

/** Of several addresses at once the message is empty, and the errors are in it. */
const messageOf = (error: SdkError & { readonly errors?: readonly Error[] }): string =>
  error.message || (error.errors ?? []).map(({ message }) => message).join(', ') || error.code || '';

/** What is encoded there is for `aws sts decode-authorization-message`, and long. */
const withoutSecret = (reason: string): string => reason.replace(/(Encoded authorization failure message: )\S+/, '$1…');
