import Type from 'typebox';

export const uuid = Type.String({ format: 'uuid' });
export const productId = Type.Integer({ minimum: 1, maximum: 2 ** 31 - 1 });

export const page = {
  limit: Type.Integer({ minimum: 1, maximum: 100, default: 20, description: 'How many, at most 100' }),
  offset: Type.Integer({ minimum: 0, maximum: 10_000, default: 0, description: 'How many to skip' }),
};
