//! Sums of money, as fees are told (X.660 clause 11): whole minor units of a currency of ISO 4217. Nothing here is ever a fraction,
//! and nothing converts one currency into another.

use std::{fmt, str::FromStr};

/// Letters of a currency.
const LETTERS: usize = 3;
/// Currencies of ISO 4217 whose minor unit is the whole one.
const WHOLE: [&str; 16] = [
    "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND",
    "VUV", "XAF", "XOF",
];
/// Those of which a thousand minor units make one.
const THOUSANDTHS: [&str; 7] = ["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"];
/// Decimals of all others.
const DECIMALS: u32 = 2;

/// A currency: three capital letters (ISO 4217). Whether there is one of these letters is not asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency([u8; LETTERS]);

/// Why a text is no currency.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be three capital letters such as TZS (ISO 4217)")]
pub struct CurrencyError;

impl Currency {
    /// Its letters.
    pub fn as_str(&self) -> &str {
        // They are ASCII, so that this never falls back.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// How many decimals its amounts have.
    pub fn decimals(&self) -> u32 {
        let letters = self.as_str();
        if WHOLE.contains(&letters) || letters == "XPF" {
            0
        } else if THOUSANDTHS.contains(&letters) {
            DECIMALS + 1
        } else {
            DECIMALS
        }
    }
}

impl FromStr for Currency {
    type Err = CurrencyError;

    fn from_str(text: &str) -> Result<Self, CurrencyError> {
        let letters = text.as_bytes().try_into().map_err(|_| CurrencyError)?;
        let one = Self(letters);
        let capital = one.0.iter().all(u8::is_ascii_uppercase);
        capital.then_some(one).ok_or(CurrencyError)
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A sum of money.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Amount {
    /// In minor units of the currency.
    pub minor_units: u64,
    /// The currency.
    pub currency: Currency,
}

/// Why a text is no amount.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be an amount and its currency, such as 50000 TZS or 12.50 EUR")]
pub struct AmountError;

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let decimals = self.currency.decimals();
        let of_one = 10_u64.pow(decimals);
        write!(f, "{}", self.minor_units / of_one)?;
        if decimals > 0 {
            let rest = self.minor_units % of_one;
            let width = decimals as usize;
            write!(f, ".{rest:0width$}")?;
        }
        write!(f, " {}", self.currency)
    }
}

impl FromStr for Amount {
    type Err = AmountError;

    /// Reads an amount with its decimals, and its currency behind it.
    fn from_str(text: &str) -> Result<Self, AmountError> {
        let (number, currency) = text.trim().split_once(' ').ok_or(AmountError)?;
        let currency: Currency = currency.trim().parse().map_err(|_| AmountError)?;
        let (whole, rest) = number.split_once('.').unwrap_or((number, ""));
        let decimals = currency.decimals() as usize;
        let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
        let ends = number.ends_with('.') || whole.is_empty();
        if ends || rest.len() > decimals || !digits(whole) || !digits(rest) {
            return Err(AmountError);
        }
        let padded = format!("{whole}{rest:0<decimals$}");
        let minor_units = padded.parse().map_err(|_| AmountError)?;
        Ok(Self {
            minor_units,
            currency,
        })
    }
}

/// How much is to be paid for what, in one currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeeSchedule {
    /// The currency.
    pub currency: Currency,
    /// For an application, in minor units.
    pub application: Option<u64>,
    /// For each arc that is given out upon one, in minor units.
    pub allocation: Option<u64>,
    /// For keeping an arc longer, in minor units.
    pub renewal: Option<u64>,
}

impl FeeSchedule {
    /// What is due when an application is handed in: for itself and for the one arc that it asks for.
    pub fn of_an_application(&self) -> Option<Amount> {
        let named = [self.application, self.allocation].into_iter().flatten();
        let units = named.fold(0, u64::saturating_add);
        (units > 0).then_some(Amount {
            minor_units: units,
            currency: self.currency,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_as_they_are_written() {
        for (text, units, written) in [
            ("50000 TZS", 5_000_000, "50000.00 TZS"),
            ("12.5 EUR", 1_250, "12.50 EUR"),
            ("0.05 USD", 5, "0.05 USD"),
            ("700 JPY", 700, "700 JPY"),
            ("1.234 KWD", 1_234, "1.234 KWD"),
            ("0 TZS", 0, "0.00 TZS"),
        ] {
            let amount: Amount = text.parse().unwrap();
            assert_eq!(amount.minor_units, units, "{text}");
            assert_eq!(amount.to_string(), written);
            assert_eq!(written.parse(), Ok(amount));
        }
        for wrong in [
            "",
            "50000",
            "TZS",
            "50,000 TZS",
            "1.234 EUR",
            "1. EUR",
            ".5 EUR",
            "-1 EUR",
            "+1 EUR",
            "0.5 JPY",
            "1 eur",
            "1 EURO",
            "99999999999999999999 EUR",
        ] {
            assert_eq!(wrong.parse::<Amount>(), Err(AmountError), "{wrong}");
        }
    }

    #[test]
    fn an_application_owes_for_itself_and_for_its_arc() {
        let schedule = |application, allocation| FeeSchedule {
            currency: "TZS".parse().unwrap(),
            application,
            allocation,
            renewal: Some(1),
        };
        let due = |application, allocation| {
            let due = schedule(application, allocation).of_an_application();
            due.map(|amount| amount.minor_units)
        };
        assert_eq!(due(Some(3), Some(4)), Some(7));
        assert_eq!(due(None, Some(4)), Some(4));
        assert_eq!(due(None, None), None);
        assert_eq!(due(Some(0), None), None);
    }
}
