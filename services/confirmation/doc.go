// Package confirmation issues papers that can be checked: that a person holds a
// post, that a payment reached them. Whoever is shown the paper opens its page,
// which says whether the ward's books say today what the paper says, whether they
// did on its day and do not any more, or that there is no such paper. The page
// repeats what the paper says of whom and of what, or the square of one paper
// could be put on another; an amount it does not tell, it is asked about one.
package confirmation
