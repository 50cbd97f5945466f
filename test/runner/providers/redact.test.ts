import t from 'tap';
import { redact } from '../../../runner/src/providers/redact.ts';

const secrets = { a: { token: 'open sesame', short: 'to', number: 1234 }, b: { longer: 'open sesame now' } };
t.equal(redact('say "open sesame" to open', secrets), 'say "***" to open', 'what is very short is no secret');
t.equal(redact('open sesame now', secrets), '***', 'the longest goes first');
t.equal(redact('/?t=open%20sesame', secrets), '/?t=***', 'within a URL');
t.equal(redact('1234', secrets), '1234');
