// Package understand turns what people write into what they want: Vietnamese
// with or without accents, abbreviated, mistyped, in the dialect of Nghệ-Tĩnh.
// It needs no network, gives the same answer every time, and costs some tens of
// microseconds.
//
// A text goes through these steps, a file each:
//
//	words.go     cut, fold and part into words and figures (fold.go)
//	repair.go    abbreviations, Telex and VNI left undone (syllable.go), words
//	             run together, one slip a word
//	person.go    people's names
//	phrase.go    words to concepts, by the longest phrases of the lexicon; whether
//	             "chưa" and "không" ask or deny
//	slots.go     months and years
//	judge.go     concepts to intents, by frames; confidence and other guesses
//
// # Where a word goes
//
// Everything known about words is data:
//
//   - lexicon.txt says what phrases mean. It is ordered by concept (concept.go):
//     a word goes under the concept it means, with full accents, once for each
//     thing it can mean. How it is typed without accents or with a slip needs no
//     entry. Words that mean nothing here ("ạ", "nhé", "bác") stand under
//     filler; what is not the ward's business under offtopic, or under smalltalk
//     when it may accompany a request.
//   - spellings.txt says what abbreviations are short for ("stk", "cht").
//   - names.txt lists the words of people's names.
//   - frames.go says which concepts together make an intent. A frame is worth
//     what it explains of the sentence, so the one that accounts for most of it
//     wins; nobody writes sentences down.
//
// To correct a misunderstanding, look at what Model.Explain prints for the
// phrase. A word read as "?" or as the wrong concept is a matter of the lexicon;
// right concepts and the wrong intent are a matter of the frames. Then add the
// phrase, and others like it, to testdata. A fifth of what stands there, chosen
// by a hash, is held back: it is measured, never looked at.
package understand
