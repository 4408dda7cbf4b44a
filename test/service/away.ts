import { ServiceError } from '@passfob/service/base/errors';
import type { KyselyPlugin, PluginTransformQueryArgs, PluginTransformResultArgs } from 'kysely';

/** A database that is away for a while, or only what names one of its tables. */
export class Away implements KyselyPlugin {
  isAway = false;
  /** How often something was to be written meanwhile, or read where all is away. */
  failed = 0;
  private readonly table: string | undefined;

  constructor(table?: string) {
    this.table = table;
  }

  transformQuery({ node }: PluginTransformQueryArgs) {
    const { table } = this;
    if (!this.isAway || (table !== undefined && !JSON.stringify(node).includes(`"${table}"`))) return node;
    if (table === undefined || node.kind !== 'SelectQueryNode') this.failed++;
    throw new ServiceError('busy', 'the database is away');
  }

  async transformResult({ result }: PluginTransformResultArgs) {
    return result;
  }
}
