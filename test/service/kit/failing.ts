import type { KyselyPlugin, RootOperationNode } from 'kysely';

/** Makes those statements of a database fail for which `fails` returns an error. */
export const failing = (fails: (node: RootOperationNode) => Error | undefined): KyselyPlugin => ({
  transformQuery({ node }) {
    const error = fails(node);
    if (error !== undefined) throw error;
    return node;
  },
  transformResult: async ({ result }) => result,
});
