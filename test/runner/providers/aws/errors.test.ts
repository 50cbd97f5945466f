import t from 'tap';
import { awsError } from '../../../../runner/src/providers/aws/errors.ts';

const call = { operation: 'ec2:StopInstances', region: 'here', maxAttempts: 3 };

/** As the SDK throws it. */
const sdk = (name: string, status?: number, message = 'its words', more: object = {}) =>
  Object.assign(new Error(message), {
    name,
    ...more,
    ...(status === undefined ? {} : { $metadata: { httpStatusCode: status } }),
  });

const cases: readonly [string, Error, string, RegExp, boolean][] = [
  [
    'throttled by EC2',
    sdk('RequestLimitExceeded', 503),
    'ERR_PADO_AWS',
    /^AWS throttles ec2:StopInstances in here, 3 attempts/,
    true,
  ],
  ['throttled by others', sdk('ThrottlingException', 400), 'ERR_PADO_AWS', /throttles/, true],
  ['throttled by status alone', sdk('Unknown', 429), 'ERR_PADO_AWS', /throttles/, true],
  ['an expired token', sdk('ExpiredToken', 403), 'ERR_PADO_UNAUTHORIZED', /expired: renew it/, false],
  [
    'an expired token of others',
    sdk('ExpiredTokenException', 400),
    'ERR_PADO_UNAUTHORIZED',
    /expired: renew it/,
    false,
  ],
  ['an expired request', sdk('RequestExpired', 400), 'ERR_PADO_UNAUTHORIZED', /set the clock right/, false],
  [
    'an expired sign-in',
    sdk('CredentialsProviderError', undefined, 'The SSO session has expired'),
    'ERR_PADO_UNAUTHORIZED',
    /aws sso login/,
    false,
  ],
  [
    'no credentials',
    sdk('CredentialsProviderError', undefined, 'Could not load'),
    'ERR_PADO_UNAUTHORIZED',
    /AWS_PROFILE/,
    false,
  ],
  ['wrong credentials', sdk('AuthFailure', 401), 'ERR_PADO_UNAUTHORIZED', /get-caller-identity/, false],
  ['a wrong signature', sdk('SignatureDoesNotMatch', 403), 'ERR_PADO_UNAUTHORIZED', /clock/, false],
  [
    'forbidden by EC2',
    sdk('UnauthorizedOperation', 403),
    'ERR_PADO_FORBIDDEN',
    /allow the action ec2:StopInstances/,
    false,
  ],
  ['forbidden by others', sdk('AccessDeniedException', 400), 'ERR_PADO_FORBIDDEN', /IAM policy/, false],
  ['forbidden by status alone', sdk('Odd', 403), 'ERR_PADO_FORBIDDEN', /with 403: Odd: its words/, false],
  ['a region that is off', sdk('OptInRequired', 401), 'ERR_PADO_FORBIDDEN', /may not use the region here/, false],
  [
    'an unknown instance',
    sdk('InvalidInstanceID.NotFound', 400),
    'ERR_PADO_NOT_FOUND',
    /does not know it in here/,
    false,
  ],
  [
    'an unknown resource',
    sdk('ResourceNotFoundException', 404),
    'ERR_PADO_NOT_FOUND',
    /another region's or account's/,
    false,
  ],
  ['a wrong state', sdk('IncorrectInstanceState', 400), 'ERR_PADO_CONFLICT', /not in a state that allows/, false],
  ['a Spot instance', sdk('UnsupportedOperation', 400), 'ERR_PADO_PROVIDER', /can be terminated only/, false],
  ['no capacity', sdk('InsufficientInstanceCapacity', 500), 'ERR_PADO_AWS', /no room for/, true],
  [
    'a wrong value',
    sdk('InvalidParameterValue', 400),
    'ERR_PADO_INVALID',
    /was given: InvalidParameterValue: its words/,
    false,
  ],
  ['its own fault', sdk('InternalError', 500), 'ERR_PADO_AWS', /with 500, 3 attempts long: its own fault/, true],
  ['unavailable', sdk('Unavailable', 503), 'ERR_PADO_AWS', /with 503/, true],
  [
    'nobody there',
    sdk('Error', undefined, 'connect ECONNREFUSED', { code: 'ECONNREFUSED' }),
    'ERR_PADO_AWS',
    /AWS_ENDPOINT_URL right.*ECONNREFUSED/,
    true,
  ],
  [
    'no such host',
    sdk('Error', undefined, 'getaddrinfo ENOTFOUND x', { code: 'ENOTFOUND' }),
    'ERR_PADO_AWS',
    /is there a network/,
    true,
  ],
  ['no answer in time', new Error('no answer within 30 s'), 'ERR_PADO_AWS', /no answer within 30 s/, true],
  [
    'a page instead of an answer',
    sdk('SyntaxError', undefined, "Unexpected token '<'"),
    'ERR_PADO_AWS',
    /does not speak as AWS does/,
    false,
  ],
  [
    'something new',
    sdk('Brand.New', 400),
    'ERR_PADO_AWS',
    /refused ec2:StopInstances in here with 400: Brand.New: its words/,
    false,
  ],
];

for (const [name, error, code, message, passing] of cases) {
  t.test(`${name} is ${code}, and says what to do`, async (t) => {
    t.match(awsError(error, call), {
      code,
      message,
      cause: error,
      details: { operation: 'ec2:StopInstances', region: 'here', passing },
    });
  });
}

t.test('several addresses that refuse are one message', async (t) => {
  const error = Object.assign(new AggregateError([new Error('refused ::1'), new Error('refused 127.0.0.1')], ''), {
    code: 'ECONNREFUSED',
  });
  t.match(awsError(error, call), { message: /refused ::1, refused 127\.0\.0\.1/ });
});

t.test('what AWS encodes is left out of the message', async (t) => {
  const error = sdk('UnauthorizedOperation', 403, 'No. Encoded authorization failure message: aGVsbG8gd29ybGQ');
  const { message } = awsError(error, call);
  t.notMatch(message, /aGVsbG8/);
  t.match(message, /failure message: …/);
});
