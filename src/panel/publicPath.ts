import amdModule from 'amd-module';

declare let __webpack_public_path__: string;

// Chunks lie beside the module, wherever Grafana serves it from.
__webpack_public_path__ = amdModule.uri.slice(0, amdModule.uri.lastIndexOf('/') + 1);
