import type { FastifyReply } from 'fastify';

/**
 * Says that the person may be let in, and under which name: the one that the service has. What was typed may be spelt in
 * another way, and whoever goes by it takes one person for two, or lets in whom they mean to keep out.
 */
export function sendAccepted(reply: FastifyReply, user: string): FastifyReply {
  return reply.type('application/json').send(JSON.stringify({ accepted: true, user }));
}
