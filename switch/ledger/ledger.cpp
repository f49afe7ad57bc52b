#include "switch/ledger/ledger.hpp"

namespace turnout::ledger {

namespace {

// The sums of a currency move with its accounts. What an account can release the book has pending.
void add_to_book(CurrencyBook& book, record::Effect effect, std::int64_t amount) noexcept
{
    switch (effect) {
        case record::Effect::debit_post:
            book.debits_posted += amount;
            break;
        case record::Effect::credit_post:
            book.credits_posted += amount;
            break;
        case record::Effect::debit_pend:
            book.debits_pending += amount;
            break;
        case record::Effect::credit_pend:
            book.credits_pending += amount;
            break;
        case record::Effect::debit_release:
            book.debits_pending -= amount;
            break;
        case record::Effect::credit_release:
            book.credits_pending -= amount;
            break;
    }
}

bool is_sound(AccountFields const& account) noexcept
{
    return account.kind >= 1 && account.kind <= kKindMax && account.currency >= 1 &&
           account.currency <= 999 && account.credit_limit >= 0 && account.zero == 0 &&
           (account.flags & ~(frozen | closed)) == 0 && (account.id_lo != 0 || account.id_hi != 0);
}

Digest hash_of(Account const& account) noexcept
{
    return hash_entry<AccountFields>(Entry::account, account);
}

}  // namespace

Ledger::Ledger(std::uint32_t accounts_max, Commit commit)
    : accounts_(accounts_max, Pages::huge, commit), index_(accounts_max, commit)
{
}

CurrencyBook const* Ledger::book(std::uint16_t currency) const noexcept
{
    for (auto const& book : books())
        if (book.currency == currency) return &book;
    return nullptr;
}

CurrencyBook* Ledger::book_for(std::uint16_t currency) noexcept
{
    for (std::size_t at = 0; at < book_count_; ++at)
        if (books_[at].currency == currency) return &books_[at];
    if (book_count_ == books_.size()) return nullptr;
    books_[book_count_].currency = currency;
    return &books_[book_count_++];
}

Errc Ledger::create(AccountFields const& account, Sequence seq) noexcept
{
    if (!is_sound(account)) return Errc::bad_account;
    if (count_ == accounts_.size()) return Errc::full;
    if (find({account.id_lo, account.id_hi}) != kNone) return Errc::exists;
    auto* const book = book_for(account.currency);
    if (book == nullptr) return Errc::full;
    auto const kind = static_cast<Kind>(account.kind);
    auto* const own = kind == Kind::bank       ? &book->bank
                      : kind == Kind::suspense ? &book->suspense
                                               : nullptr;
    if (own != nullptr) {
        if (*own != kNone) return Errc::exists;
        *own = count_;
    }

    auto& created = accounts_[count_];
    static_cast<AccountFields&>(created) = account;
    created.debits_posted = created.credits_posted = 0;
    created.debits_pending = created.credits_pending = 0;
    created.version = 0;
    created.last_seq = seq;
    index_.insert(account.id_lo, count_);
    mark_dirty(count_);
    ++count_;
    return Errc::ok;
}

Errc Ledger::apply(std::uint32_t position, record::Leg const& leg, Sequence seq) noexcept
{
    auto const effect = static_cast<record::Effect>(leg.effect);
    if (position >= count_) return Errc::unknown_account;
    auto& account = accounts_[position];
    if (account.currency != leg.currency) return Errc::currency;
    auto* const book = book_for(leg.currency);
    AccountFields next = account;
    if (leg.amount <= 0 || !add_to_sums(next, effect, leg.amount)) return Errc::overflow;
    add_to_book(*book, effect, leg.amount);
    next.version += 1;
    next.last_seq = seq;
    static_cast<AccountFields&>(account) = next;
    mark_dirty(position);
    if (balance_after(next, effect) != leg.after || next.version != leg.version)
        return Errc::differs;
    return Errc::ok;
}

void Ledger::mark_dirty(std::uint32_t position) noexcept
{
    auto& account = accounts_[position];
    if (account.dirty != 0) return;
    if (dirty_count_ == dirty_.size()) flush_dirty();
    account.dirty = 1;
    dirty_[dirty_count_++] = position;
}

void Ledger::flush_dirty() const noexcept
{
    for (std::size_t at = 0; at < dirty_count_; ++at) {
        auto& account = accounts_[dirty_[at]];
        auto const fresh = hash_of(account);
        digest_ -= Digest{account.digest_lo, account.digest_hi};
        digest_ += fresh;
        account.digest_lo = fresh.lo;
        account.digest_hi = fresh.hi;
        account.dirty = 0;
    }
    dirty_count_ = 0;
}

Digest Ledger::digest() const noexcept
{
    flush_dirty();
    return digest_;
}

}  // namespace turnout::ledger
