"""Names of people that Polish words announce: `pani`, `nazywam się`, `mąż`, `odbiorca:`, `z poważaniem`.

What counts as a name is decided in `okienko.masking.names`; here stand the Polish words that announce one.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from okienko.masking.detector import Detector, Hit
from okienko.masking.names.grammar import LABEL, Cue, Language, people
from okienko.masking.reading import Reading

_WORDS: Final = {
    Cue.TITLE: """
        pan pana panu panem panie pani pania panstwo panstwa panstwu panstwem panow panom panowie panna
        panny p
    """,
    Cue.OFFICE: """
        dr doktor doktora doktorem doktorowi doktorze prof profesor profesora profesorem mgr inz lek adw mec
        mecenas mecenasa ks ksiadz ksiedza ksiedzem ojciec siostra konsultant konsultanta konsultantem
        konsultantowi konsultantka konsultantki konsultantke konsultantce kurier kuriera kurierem kurierowi
        kurierze kurierka kierowca kierowcy kierowce doradca doradcy doradce doradczyni pracownik pracownika
        pracownikiem pracownikowi pracownica pracownicy pracownice sprzedawca sprzedawcy sprzedawce
        sprzedawczyni ekspedientka ekspedientki agent agenta agentem agentka agentki operator operatora
        operatorka kierownik kierownika kierownikiem kierowniczka kierowniczki dyrektor dyrektora dyrektorem
        prezes prezesa prezesem technik technika technikiem serwisant serwisanta serwisantem monter montera
        instruktor trener trenera specjalista specjalistka lekarz lekarza redaktor przedstawiciel
        przedstawicielka przedstawiciela obywatel obywatelka swiadek
    """,
    Cue.KIN: """
        maz meza mezowi mezem mezu zona zony zonie zone syn syna synowi synem synu synek synka corka corki
        corce corke coreczka coreczki mama mamy mamie mame mamo tata taty tacie tate tato ojca ojcu ojcem
        matka matki matce matke brat brata bratu bratem siostry siostrze siostre babcia babci babcie dziadek
        dziadka dziadkiem dziadkowi wnuk wnuka wnukowi wnuczka wnuczki wnuczce wnuczke ciocia cioci ciocie
        ciotka ciotki wujek wujka wujkiem kuzyn kuzyna kuzynka kuzynki tesc tescia tesciowa tesciowej
        szwagier szwagra szwagierka synowa ziec ziecia narzeczony narzeczonego narzeczona narzeczonej
        partner partnera partnerem partnerka partnerki partnerce chlopak chlopaka dziewczyna dziewczyny
        kolega kolegi koledze kolege kolezanka kolezanki kolezance kolezanke znajomy znajomego znajoma
        znajomej sasiad sasiada sasiadowi sasiadem sasiadka sasiadki sasiadce sasiadke szef szefa szefowa
        szefowej przyjaciel przyjaciela przyjaciolka przyjaciolki wspolnik wspolnika dziecko dziecka rodzina
        rodziny rodzinie rodzice rodzicow malzonek malzonka malzonki pies pacjent pacjenta pacjentka
        pacjentki uczen ucznia uczennica uczennicy student studentka
    """,
    Cue.LABELS: """
        odbiorca odbiorcy odbiorce nadawca nadawcy nadawce adresat adresata adresatem adresatka klient
        klienta klientem klientka klientki klientowi zamawiajacy zamawiajacego zamawiajaca kupujacy
        kupujacego kupujaca platnik platnika wlasciciel wlasciciela wlascicielem wlascicielka wlascicielki
        posiadacz posiadacza posiadaczka uzytkownik uzytkownika abonent abonenta abonentka ubezpieczony
        ubezpieczona upowazniony upowazniona upowaznionego godnosc kontaktowa kontaktowej dotyczy osoba
        podpis podpisano podpisany podpisana dane autor zglaszajacy zglaszajaca reklamujacy reklamujaca
        pelnomocnik pelnomocnika gosc goscia pasazer pasazera pasazerka posiadaczem
    """,
    Cue.NAMES: """
        nazywam nazywa nazywac nazwisko nazwiska nazwisku nazwiskiem imie imienia imieniu imieniem imieniny
        imiona zwie zowie godnosci podpisuje
    """,
    Cue.CLOSES: """
        pozdrawiam pozdrawiamy pozdrawia pozdrowienia pozdro pozdr pzdr powazaniem wyrazami szacunkiem
        uszanowaniem dziekuje dziekujemy dzieki usciski
    """,
    Cue.GREETS: """
        czesc hej witam witaj siema drogi droga kochany kochana szanowny szanowna szanowni
    """,
    Cue.INTRODUCES: """
        jestem mowi dzwoni pisze tu tutaj
    """,
    Cue.LINK: """
        sie to jest brzmi moje moj moja mi na i serdecznie serdeczne goraco cieplo szacunku wyrazy z gory
        slicznie bardzo pieknie panienskie klienta odbiorcy nadawcy wlasciciela szanowny szanowna nasz nasza
        naszego naszej wasz wasza pozostaje
    """,
}

POLISH: Final = Language(
    cues={word: cue for cue, words in reversed(_WORDS.items()) for word in words.split()},
    after={},
    by_form=False,
)


def find(reading: Reading) -> Iterator[Hit]:
    return people(reading, POLISH)


DETECTOR: Final = Detector(
    label=LABEL,
    find=find,
    yes=(
        ("Pani Aniu, dziękuję", ("Aniu",)),
        ("Panie Marku, proszę o pomoc", ("Marku",)),
        ("dla państwa Nowaków i państwu Kowalskim", ("Nowaków", "Kowalskim")),
        ("Nazywam się Maja Bąk i czekam", ("Maja Bąk",)),
        ("nazywam się jan xyzański i czekam", ("jan xyzański",)),
        ("odbiorca: Oleksandr Shevchenko", ("Oleksandr Shevchenko",)),
        ("to prezent dla mojej córki zuzanny", ("zuzanny",)),
        ("Dzień dobry, kiedy dojdzie?\nz poważaniem\nanna nowak", ("anna nowak",)),
        ("Czy pani Tran jest dziś w pracy?", ("Tran",)),
    ),
    no=(
        "Dzień dobry Pani, proszę o pomoc",
        "Szanowni Państwo, Reklamacja została wysłana",
        "film Pan Tadeusz jest długi",
        "Pozdrawiam i czekam na odpowiedź",
    ),
)
