import { accountsProjection } from './accounts.ts';
import { mediaProjection } from './media.ts';
import { messagesProjection } from './messages.ts';
import { phoneProjection } from './phone.ts';
import { asView, type View } from './projection.ts';
import { textsProjection } from './texts.ts';

/** Every view of the service: a new one is a line here. */
export const VIEWS: readonly View[] = [
  asView(accountsProjection),
  asView(messagesProjection),
  asView(mediaProjection),
  asView(phoneProjection),
  asView(textsProjection),
];
