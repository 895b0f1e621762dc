import { oneOf, text, variable } from './variable.ts';

export const logging = {
  level: variable(
    'LOG_LEVEL',
    oneOf('DEBUG', 'INFO', 'WARN', 'ERROR', 'SILENT'),
    'INFO',
    'Min severity of the log lines that are written.',
  ),
  metricsNamespace: variable(
    'METRICS_NAMESPACE',
    text,
    'GrayscaleImageProcessor',
    'CloudWatch namespace for the metrics.',
  ),
};
