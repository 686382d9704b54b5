package ingest

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"
	"time"

	"github.com/footfall-analytics/footfall/collector/event"
	"github.com/footfall-analytics/footfall/collector/segmentapi"
)

// many repeats a part, with its number in it, until the body is as large as it may be.
func many(begin, part, end string, size int) string {
	var b strings.Builder
	b.WriteString(begin)
	for i := 0; b.Len()+len(part)+len(end)+16 < size; i++ {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, strings.ReplaceAll(part, "#", "%[1]x"), i)
	}
	b.WriteString(end)
	return b.String()
}

// hostile returns bodies that make as much as they can of their bytes.
func hostile(size int) map[string]string {
	good := `{"user_id":"u","event_type":"v","timestamp":"2026-11-01T12:00:00Z"`
	message := `{"type":"track","userId":"u","event":"v"`
	return map[string]string{
		"nothing in it":        many(`{"batch":[`, `{}%.0[1]s`, `]}`, size),
		"numbers":              many(`{"batch":[`, `1%.0[1]s`, `]}`, size),
		"many events":          many(`{"batch":[`, good+`,"metadata":{"a":#}}`, `]}`, size),
		"large events":         many(`{"batch":[`, good+`,"metadata":{"a":"#`+strings.Repeat("x", 4000)+`"}}`, `]}`, size),
		"wrong fields":         many(`{"batch":[{`, `"#":1`, `}]}`, size),
		"many refusals":        many(`{"batch":[`, `{"`+strings.Repeat("x", 80)+`":1,"b":1,"c":1,"d":1,"e":1,"f":1,"g":1,"h":1,"i":1,"j":1,"k":#}`, `]}`, size),
		"names":                many(`{"batch":[`+good+`,"metadata":{`, `"#":1`, `}}]}`, size),
		"names of the body":    many(`{`, `"#":1`, `,"batch":[]}`, size),
		"lists":                `{"batch":[` + strings.Repeat("[", size/2) + strings.Repeat("]", size/2-20) + `]}`,
		"deep":                 `{"batch":[` + strings.Repeat(`{"a":`, size/6) + `1` + strings.Repeat("}", size/6) + `]}`,
		"string":               `{"batch":[{"user_id":"` + strings.Repeat("x", size-100) + `"}]}`,
		"escapes":              `{"batch":[{"user_id":"` + strings.Repeat(`\u00e9`, size/6-20) + `"}]}`,
		"bad bytes":            `{"batch":[{"user_id":"` + strings.Repeat("\xff", size-100) + `"}]}`,
		"objects":              many(`{"batch":[`+good+`,"metadata":{"a":[`, `{}%.0[1]s`, `]}}]}`, size),
		"messages":             many(`{"batch":[`, message+`}%.0[1]s`, `]}`, size),
		"consent":              many(`{"batch":[`+message+`,"context":{"consent":{"categoryPreferences":{`, `"#":true`, `}}}}]}`, size),
		"campaign":             many(`{"batch":[`+message+`,"context":{"campaign":{`, `"#":1`, `}}}]}`, size),
		"largest for all":      `{"context":{"library":"` + strings.Repeat("x", 4000) + `"},"batch":[` + strings.Repeat(message+`},`, 999) + `{}]}`,
		"context for all":      `{"context":{"library":"` + strings.Repeat("x", size/2) + `"},"batch":[` + strings.Repeat(message+`},`, 999) + `{}]}`,
		"traits":               many(`{"batch":[{"type":"identify","userId":"u","traits":{`, `"#":1`, `}}]}`, size),
		"unknown in a message": many(`{"batch":[`+message+`,`, `"#":1`, `}]}`, size),
		"properties":           many(`{"batch":[`+message+`,"properties":{`, `"#":{}`, `}}]}`, size),
		"messages with all":    many(`{"batch":[`, `{"type":"page","messageId":"#","userId":"u","name":"n","category":"c","properties":{"url":"u","title":"t"},"context":{"campaign":{"name":"n"},"page":{"url":"u","referrer":"r"},"library":{"name":"l"},"locale":"de"}}`, `]}`, size),
	}
}

// What is made of a body takes no more memory than is counted for it, whatever is in it.
func TestMemoryOfHostileBodies(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	messages := &segmentapi.Decoder{MaxBatch: 1000}
	for _, size := range []int{4 << 10, 512 << 10, 5 << 20} {
		h := &handler{Options: Options{MaxBatch: 1000}}
		for name, text := range hostile(size) {
			body := []byte(text)
			for path, decode := range map[string]decoder{
				"/track":       event.Decoder{}.Decode,
				"/track/batch": event.Decoder{MaxBatch: 1000}.DecodeBatch,
				"/v1/batch":    func(b []byte, at time.Time) (event.Request, error) { return messages.Decode("batch", b, at) },
				"/v1/track":    func(b []byte, at time.Time) (event.Request, error) { return messages.Decode("track", b, at) },
			} {
				runtime.GC()
				runtime.GC()
				var before, after runtime.MemStats
				runtime.ReadMemStats(&before)
				request, _ := decode(body, time.Now())
				runtime.ReadMemStats(&after)
				// Nothing is freed meanwhile, so this is more than is ever held at once.
				took := int64(after.TotalAlloc - before.TotalAlloc)
				if counted := h.mayTake(body); took > counted {
					t.Errorf("%s, %s, %d bytes: took %d, %.1f times the body; counted %d", path, name, len(body), took, float64(took)/float64(len(body)), counted)
				}
				runtime.KeepAlive(request)
			}
		}
	}
}
