import { at, call, post, query } from './api.js';
import { confirmLoss, openDialog } from './dialog.js';
import { fullOf, manyOf } from './format.js';

/** What WhatsApp keeps an account from, in words; null while it keeps it from nothing. */
export const restrictionOf = ({ restriction }, now = Date.now()) => {
  if (!restriction || (restriction.until !== null && Date.parse(restriction.until) <= now)) return null;
  const until = restriction.until === null ? 'until further notice' : `until ${fullOf(restriction.until)}`;
  return `WhatsApp lets this account write to nobody new ${until}`;
};

/** Asks for an id and makes an account; then one is led to its QR code. */
export const createAccount = () =>
  openDialog({
    title: 'New account',
    fields: [
      {
        ...{ name: 'id', label: 'Id', required: true, placeholder: 'shop', autocapitalize: 'none' },
        hint: 'Part of every path and event: a-z, 0-9, _ and -. It stays.',
      },
      { name: 'name', label: 'Name', placeholder: 'My shop' },
    ],
    action: 'Create',
    submit: async ({ id, name }) => {
      const { account } = await post('accounts', { id, name });
      location.hash = `#/accounts/${account.id}`;
    },
  });

const MOST = 500;
const countedOf = (list, word) =>
  list.length < MOST ? manyOf(list.length, word) : `${MOST} ${word}s or more`;

/** How much there is of an account, for a question; nobody is kept from asking it by a view that stands still. */
const sizeOf = async (id) => {
  try {
    const { pagination } = await call(`${at`accounts/${id}/messages`}?limit=1`);
    const { chats } = await call(`${at`accounts/${id}/chats`}?limit=${MOST}`);
    const { media } = await call(`media${query({ accountId: id, limit: MOST })}`);
    const inChats = `${manyOf(pagination.total ?? 0, 'message')} in ${countedOf(chats, 'chat')}`;
    return `${inChats}, and ${countedOf(media, 'file')}`;
  } catch {
    return 'all its messages, chats and files';
  }
};

/** Erases an account, once it is clear what that means. */
export const deleteAccount = async (id) => {
  const size = await sizeOf(id);
  confirmLoss({
    title: `Delete ${id}?`,
    loses: [
      size,
      'its part of the log: no rebuild brings it back',
      'its keys: the phone is unlinked, and has to scan a new QR code',
    ],
    keeps: 'What is on the phone stays there.',
    action: 'Delete for ever',
    submit: async () => {
      await call(at`accounts/${id}`, { method: 'DELETE' });
      location.hash = '#/accounts';
    },
  });
};

/** Unlinks an account, once it is clear what that means. */
export const logOut = (id) =>
  confirmLoss({
    title: `Log ${id} out?`,
    loses: [
      'its keys: the phone is unlinked, and has to scan a new QR code',
      'what is sent to it until then, unless the phone hands it over as history',
    ],
    keeps: 'Chats, messages and files stay here. Disconnect is what keeps the phone linked.',
    action: 'Log out',
    submit: () => post(at`accounts/${id}/logout`),
  });
