import type { BinaryNode } from '../../protocol/node.ts';
import type { Connection } from '../connection.ts';
import type { DeviceRef, World } from '../world.ts';

interface IqContext {
  readonly world: World;
  readonly connection: Connection;
  readonly device: DeviceRef;
}

export interface IqError {
  readonly code: number;
  readonly text: string;
}

/** Gives the children of the result, an error, or undefined for a query it does not know. */
export type IqHandler = (context: IqContext, iq: BinaryNode) => BinaryNode[] | IqError | undefined;
