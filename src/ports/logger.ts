/** The part of pino that the code uses: fields first, then a static lower-case message. */
export type Logger = {
  debug: (fields: object, message: string) => void;
  info: (fields: object, message: string) => void;
  warn: (fields: object, message: string) => void;
  error: (fields: object, message: string) => void;
  child: (fields: object) => Logger;
};
