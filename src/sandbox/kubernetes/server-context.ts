import type { Authenticator } from './access/users.ts';
import type { TokenSigner } from './access/tokens.ts';
import type { History } from './history.ts';
import type { ListSnapshots } from './http/list-snapshots.ts';
import type { ObjectStore } from './store.ts';
import type { World } from '../world.ts';

/** What the handlers of one server work with. */
export interface ServerContext {
  readonly world: World;
  /** `https://127.0.0.1:<port>` */
  readonly server: string;
  readonly store: ObjectStore;
  readonly history: History;
  readonly snapshots: ListSnapshots;
  readonly signer: TokenSigner;
  readonly authenticator: Authenticator;
  /** Ends the open watches and followed logs when the server stops. */
  readonly stopping: AbortSignal;
}
