import type { KyselyPlugin, PluginTransformQueryArgs, PluginTransformResultArgs } from 'kysely';
import { ServiceError } from '../../../host/service/errors.ts';

/** A database whose rows of links cannot be reached for a while. */
export class Away implements KyselyPlugin {
  isAway = false;
  /** How often one was to be written meanwhile. */
  failed = 0;

  transformQuery({ node }: PluginTransformQueryArgs) {
    if (!this.isAway || !JSON.stringify(node).includes('"agent_fobs"')) return node;
    if (node.kind !== 'SelectQueryNode') this.failed++;
    throw new ServiceError('busy', 'the database is away');
  }

  async transformResult({ result }: PluginTransformResultArgs) {
    return result;
  }
}
