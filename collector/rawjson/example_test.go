package rawjson_test

import (
	"fmt"
	"strings"

	"github.com/footfall-analytics/footfall/collector/rawjson"
)

func ExampleRewrite() {
	out := rawjson.Rewrite([]byte(`{"card": {"number": "4111", "year": 2027}, "price": 49.90}`), func(names []string, _ []byte) []byte {
		if strings.Join(names, ".") == "card.number" {
			return rawjson.Quote("hidden")
		}
		return nil
	})
	fmt.Println(string(out))
	// Output:
	// {"card": {"number": "hidden", "year": 2027}, "price": 49.90}
}
