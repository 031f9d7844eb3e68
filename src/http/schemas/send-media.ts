import { z } from 'zod';
import type { Contract } from '../route.ts';
import { accountParams } from './accounts.ts';
import { jidField, NOT_AN_OBJECT, nothing, optionalText } from './fields.ts';
import { LENGTH, mentionsField, responses, sendErrors } from './sends.ts';
import { isUpload, type Upload } from './upload.ts';

const TO = 'to field is required';

/** "true" in a form, true in JSON. */
const flag = (name: string) =>
  z
    .union([z.boolean(), z.enum(['true', 'false', ''])], { error: `${name} must be true or false` })
    .optional()
    .transform((value) => value === true || value === 'true');

/** How a JSON body brings a file: by `url`, or whole as `base64`. Its other fields are the endpoint's. */
export const fileInJson = z.looseObject(
  {
    url: z
      .url({ protocol: /^https?$/, error: 'url must be an http or https URL' })
      .max(4_096, 'url must have 4096 characters at most')
      .nullish(),
    file: z.never('A file goes into url or base64, or into a form').optional(),
    base64: z.base64({ error: 'base64 must be base64' }).nullish(),
    mimetype: optionalText('mimetype', 128),
    fileName: optionalText('fileName', 1_024),
  },
  NOT_AN_OBJECT,
);

// The order of the fields is the order of the checks.
const body = <Name extends string, More extends z.ZodRawShape>(name: Name, more: More) => {
  const file = z.custom<Upload>(isUpload, `${name} file is required`);
  return z.object(
    {
      to: jidField('to', TO),
      file,
      caption: optionalText('caption', 65_536),
      quotedMessageId: optionalText('quotedMessageId', 256),
      mentions: mentionsField,
      ...more,
    },
    NOT_AN_OBJECT,
  );
};

const errorsOf = (name: string) => {
  const errors = sendErrors(TO, `${name} file is required`, LENGTH, 'The file is empty');
  return {
    ...errors,
    403: ['(the url is a private address)'],
    410: ['The account was deleted meanwhile, and the file with it'],
    413: ['(the file is larger than MAX_UPLOAD_MB)'],
    415: [`(the file is of another kind than ${name})`],
    422: [...errors[422], '(the file is broken, can not be converted, or can not be fetched)'],
  };
};

const contract = <Name extends string, More extends z.ZodRawShape>(name: Name, summary: string, more: More) =>
  ({
    method: 'post',
    path: `/accounts/:accountId/message/send/${name}`,
    summary,
    file: name,
    params: accountParams,
    query: nothing,
    body: body(name, more),
    responses,
    errors: errorsOf(name),
  }) as const satisfies Contract;

export const sendImage = contract(
  'image',
  'Send an image: a form with the file, or JSON with url or base64',
  {},
);
export const sendVideo = contract('video', 'Send a video; gifPlayback plays it over and over without sound', {
  gifPlayback: flag('gifPlayback'),
});
export const sendAudio = contract(
  'audio',
  'Send a sound, converted to Opus where need be; ptt makes it a voice note',
  {
    ptt: flag('ptt'),
  },
);
export const sendDocument = contract('document', 'Send a file of any kind', {
  fileName: optionalText('fileName', 1_024),
});
export const sendSticker = contract('sticker', 'Send any image as a sticker of 512 x 512 pixels', {});
