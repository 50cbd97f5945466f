// A Fastify server with a small route, as a service has.
import Fastify from 'fastify';
import { answer, count } from './commands.mjs';

const app = Fastify();
app.addHook('onRequest', (_request, _reply, done) => {
  count();
  done();
});
app.get('/items/:id', (request, reply) => reply.send({ id: request.params.id, name: 'a thing', price: 12.5 }));
// What a delay costs that is written by hand.
app.get('/late/:ms', (request, reply) => {
  setTimeout(() => reply.send({ id: request.params.ms, name: 'a thing', price: 12.5 }), Number(request.params.ms));
});
await app.listen({ port: 0, host: '127.0.0.1' });
answer({ port: () => app.server.address().port });
