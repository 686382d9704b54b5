package shop

import (
	"fmt"
	"math"
	"math/rand/v2"
	"time"
)

// product is one of the shop's articles.
type product struct {
	id, category string
	price        float64 // EUR
}

var categories = []struct {
	name  string
	words []string // what people search for
	price float64  // EUR, the middle of the range
}{
	{"shoes", []string{"running shoes", "sneakers", "boots", "sandals"}, 89},
	{"jackets", []string{"rain jacket", "parka", "fleece"}, 119},
	{"shirts", []string{"t-shirt", "linen shirt", "merino"}, 35},
	{"bags", []string{"backpack", "weekender", "belt bag"}, 69},
	{"outdoor", []string{"tent", "sleeping bag", "stove"}, 149},
	{"accessories", []string{"socks", "beanie", "gloves", "cap"}, 19},
}

// products is the range, the best sellers first.
var products = func() []product {
	rng := rand.New(rand.NewPCG(1, 1))
	list := make([]product, 120)
	for i := range list {
		c := categories[i%len(categories)]
		price := math.Round(c.price*(0.5+rng.Float64())) - 0.05
		list[i] = product{fmt.Sprintf("p%d", 1001+i), c.name, price}
	}
	return list
}()

func (s *session) pickProduct() product {
	// The square makes the front of the list much more likely.
	at := s.rng.Float64()
	return products[int(at*at*float64(len(products)))]
}

// browse looks at a few products, and buys sometimes.
func (s *session) browse() {
	views := 1 + int(s.rng.ExpFloat64()*1.5)
	cart := make([]product, 0, views)
	for range min(views, 12) {
		if s.chance(0.22) {
			s.search()
		}
		s.wait(18*time.Second, 0.9)
		p := s.pickProduct()
		about := Metadata{Category: p.category, ProductID: p.id, Price: p.price}
		s.add("view_product", "/product/"+p.id, about)
		// Who has one thing in the cart puts in another more easily.
		if want := s.device.cart * s.channel.buy * (1 + float64(len(cart))); s.chance(want) {
			s.wait(40*time.Second, 0.8)
			s.add("add_to_cart", "/product/"+p.id, about)
			cart = append(cart, p)
		}
	}
	if len(cart) > 0 {
		s.checkOut(cart)
	}
}

func (s *session) search() {
	s.wait(9*time.Second, 0.7)
	words := categories[s.rng.IntN(len(categories))].words
	s.add("search", "/search", Metadata{Query: words[s.rng.IntN(len(words))]})
}

var payments = choice[string]{{"paypal", 44}, {"card", 27}, {"invoice", 20}, {"apple_pay", 9}}

func (s *session) checkOut(cart []product) {
	if !s.chance(s.device.checkout) {
		return
	}
	order := Metadata{Items: len(cart)}
	for _, p := range cart {
		order.OrderValue += p.price
	}
	order.OrderValue = math.Round(order.OrderValue*100) / 100
	s.wait(70*time.Second, 0.9)
	s.add("checkout_start", "/checkout", order)
	pays := s.device.pay
	if s.registered { // the address is known
		pays += 0.1
	}
	if !s.chance(pays) {
		return
	}
	s.wait(130*time.Second, 0.6)
	order.Payment = payments.pick(s.rng)
	s.add("pay_order", "/checkout/done", order)
}
