// Whether other programs of the machine take so much of it that a probe says little of the model.

/** Of the cores; below it they hardly matter. */
const DISTURBING = 0.1

/** False where what they took is not known. */
export const isDisturbing = (othersCores: number | null, cores: number): othersCores is number =>
  othersCores !== null && othersCores > DISTURBING * cores
