package plugin

import (
	"context"
	"runtime/debug"
	"sync/atomic"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/grafana/grafana-plugin-sdk-go/backend/instancemgmt"
	"github.com/grafana/grafana-plugin-sdk-go/backend/resource/httpadapter"

	"github.com/footfall-analytics/footfall/pkg/engine"
	"github.com/footfall-analytics/footfall/pkg/store"
)

// ID is the plugin's id in Grafana.
const ID = "footfall-behavior-datasource"

// GCPercent is Go's garbage collection target for a process that holds the plugin. What is kept between questions is large and long-lived;
// with the default, as much garbage again would pile up.
const GCPercent = 40

// Datasource is one configured data source.
type Datasource struct {
	backend.CallResourceHandler
	// uid and name are the data source's in Grafana.
	uid, name string
	settings  settings
	store     *store.Store
	engine    *engine.Engine
	flights   flights
	// Clock returns the present time; tests set it.
	Clock func() time.Time
}

var (
	_ backend.QueryDataHandler      = (*Datasource)(nil)
	_ backend.CheckHealthHandler    = (*Datasource)(nil)
	_ backend.CallResourceHandler   = (*Datasource)(nil)
	_ instancemgmt.InstanceDisposer = (*Datasource)(nil)
)

// New makes a data source from its settings. It does not connect: health checks and queries report a database that cannot be reached. They
// also report settings that cannot be used, because an error from here would be in English for everybody.
func New(ctx context.Context, instance backend.DataSourceInstanceSettings) (instancemgmt.Instance, error) {
	s, err := parseSettings(ctx, instance)
	if err != nil {
		return newUnusable(err)
	}
	db, err := store.Open(s.store)
	if err != nil {
		return newUnusable(err)
	}
	d := &Datasource{uid: instance.UID, name: instance.Name, settings: s, store: db, engine: engine.New(db, s.memory), Clock: time.Now}
	d.CallResourceHandler = httpadapter.New(d.routes())
	limitMemory(s.memory)
	return d, nil
}

// memoryBesides is how much memory the process may have besides what data sources keep.
const memoryBesides = 56 << 20

// kept is how much memory all data sources of the process may keep.
var kept atomic.Int64

// limitMemory has the garbage collector work harder before the process outgrows what its data sources may keep, of which there are so many bytes
// more.
func limitMemory(more int) {
	debug.SetMemoryLimit(memoryBesides + kept.Add(int64(more)))
}

// KeepAtMost changes how many bytes of events and results are kept. Tests keep less than settings can say.
func (d *Datasource) KeepAtMost(bytes int) { d.engine = engine.New(d.store, bytes) }

// Dispose closes the connections of a data source whose settings have changed.
func (d *Datasource) Dispose() {
	d.store.Close()
	limitMemory(-d.settings.memory)
}
