package understand

import (
	"hash/fnv"
	"math/rand/v2"
	"slices"
	"strings"
)

// People greet, say who they are, and use words that the lexicon does not have.
// The phrases of testdata alone would teach that every word of a sentence is
// known, for the lexicon was made with them in sight; so each is also taught
// with a word left out, with a word nobody knows in the place of another, and
// with something said before and after it.
const (
	unknowns = 2 // variants of a phrase with an unknown word
	gaps     = 2 // and with a word left out
)

// leads are said before a request, closings after it; strange are words that are
// in no lexicon.
var (
	leads = []string{
		"Chào em, ", "Cháu ơi, ", "Em ơi cho chị hỏi, ", "Tôi là Hoa chi hội trưởng phụ nữ tổ 5, ", "Dạ em chào anh, ",
		"Bác Tư tổ 3 đây, ", "o ơi, ", "a oi ", "Thưa cán bộ, ", "Tôi già rồi không rành, ",
		"Hôm qua tôi lên phường mà không gặp ai, ",
		"Chào cháu, bác là Minh chi hội phó nông dân thôn Đông, ", "Nhờ em giúp chị, ", "Xin lỗi làm phiền em, ",
		"Mấy hôm nay tôi bận quá, giờ mới nhắn được, ", "Nghe bà con nói nên tôi hỏi, ", "Anh Hùng ơi, ",
		"Tôi có việc này muốn nhờ, ",
	}
	closings = []string{" nhe", " a", " voi em", " giup toi", " nhe chau", " hi", " voi", ", cam on em", " nghe o",
		" di em", " giup bac"}
	strange = []string{"vênh", "quẩn", "khoăm", "trệch", "loanh", "khuân", "xoay", "nhẹm", "luýnh", "khuỷu"}
)

// varied gives the variants of a phrase, always the same of the same phrase.
func varied(phrase string) []string {
	h := fnv.New64a()
	h.Write([]byte(phrase))
	random := rand.New(rand.NewPCG(h.Sum64(), 1))
	bare := withoutAccents(phrase)
	variants := []string{leads[random.IntN(len(leads))] + phrase, bare + closings[random.IntN(len(closings))]}
	words := func() []string {
		if random.IntN(2) == 0 {
			return strings.Fields(bare)
		}
		return strings.Fields(phrase)
	}
	n := len(strings.Fields(phrase))
	for k := 0; k < unknowns && n >= 3; k++ {
		w := words()
		w[random.IntN(len(w))] = strange[random.IntN(len(strange))]
		variants = append(variants, strings.Join(w, " "))
	}
	for k := 0; k < gaps && n >= 4; k++ {
		w := words()
		at := random.IntN(len(w))
		variants = append(variants, strings.Join(slices.Delete(w, at, at+1), " "))
	}
	return variants
}
