/**
 * Switches onnxruntime-node's telemetry off. Its builds for Linux write a device id and a database under the user's cache
 * folder at the first session, and upload to an events host some ten seconds later. The variable is read while the native
 * library is loaded, so this file has to be imported before the library, and in a process's main thread: a worker thread
 * changes only a copy of the environment.
 */
process.env.ORT_DISABLE_TELEMETRY = "1";
