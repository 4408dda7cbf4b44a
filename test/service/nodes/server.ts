import Fastify from 'fastify';
import { createService } from '../../../host/service/service.ts';

/** What is asked of the process under test, over the channel that Node puts between parent and child. */
export type Order =
  | { readonly kind: 'bare' }
  | {
      readonly kind: 'service';
      readonly directory: string;
      readonly databaseUrl?: string;
      /** Default: a free one. */
      readonly port?: number;
    };

export interface Started {
  readonly url: string;
  readonly apiKey: string;
}

/** A route that reads the same body and does nothing: what Fastify alone can do on this machine. */
async function startBare(): Promise<Started> {
  const app = Fastify({ logger: false });
  const schema = {
    body: {
      type: 'object',
      required: ['user', 'passcode'],
      properties: { user: { type: 'string' }, passcode: { type: 'string' } },
    },
  };
  app.post('/v1/validate', { schema }, async (_request, reply) =>
    reply.type('application/json').send('{"accepted":true}'),
  );
  return { url: await app.listen({ host: '127.0.0.1', port: 0 }), apiKey: '' };
}

async function start(order: Order): Promise<Started> {
  if (order.kind === 'bare') return startBare();
  const { directory, databaseUrl, port = 0 } = order;
  const service = await createService({
    directory,
    port,
    ...(databaseUrl === undefined ? {} : { databaseUrl }),
  });
  return { url: service.url, apiKey: service.apiKey ?? '' };
}

process.once('message', (order: Order) => {
  void start(order).then(started => process.send?.(started));
});
process.once('disconnect', () => process.exit());
