/** Where the brief's component looks for the hook. */
export { default } from '../../src/index'
