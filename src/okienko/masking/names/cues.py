"""The words that announce a name, in Polish and English, folded, and those that may stand between them and the name."""

from __future__ import annotations

from enum import IntEnum
from typing import Final


class Cue(IntEnum):
    """How a word announces a name. The further down, the less it takes for the name to be believed."""

    NONE = 0
    LINK = 1  # stands between another cue and the name: `się`, `is`
    NEAR = 2  # `dla`, `od`, `with`: a word with a capital after it may be a surname
    ASKS = 3  # `speak to`, `rozmawiałem z`: whoever is asked for, even a stranger
    INTRODUCES = 4  # `jestem`, `I am`
    GREETS = 5  # `cześć`, `dear`
    KIN = 6  # `mąż`, `my brother`
    OFFICE = 7  # `kurier`, `doktor`
    TITLE = 8  # `pani`, `Mr`
    LABELS = 9  # `odbiorca`, `account holder`
    CLOSES = 10  # `pozdrawiam`, `regards`
    NAMES = 11  # `nazywam`, `name`
    PLACES = 12  # `w`, `in`: what follows is a place before it is a person
    WORKS = 13  # `film`, `perfumy`: what follows is a title or a product
    STREETS = 14  # `ulica`, `avenue`: what follows is no person, whatever it is


POLISH: Final = {
    Cue.TITLE: """
        pan pana panu panem panie pani pania panstwo panstwa panstwu panstwem panow panom panowie panna panny
        p
    """,
    Cue.OFFICE: """
        dr doktor doktora doktorem doktorowi doktorze prof profesor profesora profesorem mgr inz lek adw mec
        mecenas mecenasa ks ksiadz ksiedza ksiedzem ojciec siostra konsultant konsultanta konsultantem
        konsultantowi konsultantka konsultantki konsultantke konsultantce kurier kuriera kurierem kurierowi
        kurierze kurierka portier portiera portierem portierowi portierka ochroniarz ochroniarza listonosz
        listonosza listonoszem magazynier magazyniera kasjer kasjera kasjerka kasjerki kierowca kierowcy
        kierowce doradca doradcy doradce doradczyni pracownik pracownika pracownikiem pracownikowi pracownica
        pracownicy pracownice sprzedawca sprzedawcy sprzedawce sprzedawczyni ekspedientka ekspedientki agent
        agenta agentem agentka agentki operator operatora operatorka kierownik kierownika kierownikiem
        kierowniczka kierowniczki dyrektor dyrektora dyrektorem prezes prezesa prezesem technik technika
        technikiem serwisant serwisanta serwisantem monter montera instruktor trener trenera specjalista
        specjalistka lekarz lekarza redaktor przedstawiciel przedstawicielka przedstawiciela obywatel obywatelka
        swiadek
    """,
    Cue.KIN: """
        maz meza mezowi mezem mezu zona zony zonie zone syn syna synowi synem synu synek synka corka corki
        corce corke coreczka coreczki mama mamy mamie mame mamo tata taty tacie tate tato ojca ojcu ojcem
        matka matki matce matke brat brata bratu bratem siostry siostrze siostre babcia babci babcie dziadek
        dziadka dziadkiem dziadkowi wnuk wnuka wnukowi wnuczka wnuczki wnuczce wnuczke ciocia cioci ciocie
        ciotka ciotki wujek wujka wujkiem kuzyn kuzyna kuzynka kuzynki tesc tescia tesciowa tesciowej szwagier
        szwagra szwagierka synowa ziec ziecia narzeczony narzeczonego narzeczona narzeczonej partner partnera
        partnerem partnerka partnerki partnerce chlopak chlopaka dziewczyna dziewczyny kolega kolegi koledze
        kolege kolezanka kolezanki kolezance kolezanke znajomy znajomego znajoma znajomej sasiad sasiada
        sasiadowi sasiadem sasiadka sasiadki sasiadce sasiadke szef szefa szefowa szefowej przyjaciel
        przyjaciela przyjaciolka przyjaciolki wspolnik wspolnika dziecko dziecka rodzina rodziny rodzinie
        rodzice rodzicow malzonek malzonka malzonki pies pacjent pacjenta pacjentka pacjentki uczen ucznia
        uczennica uczennicy student studentka
    """,
    Cue.LABELS: """
        odbiorca odbiorcy odbiorce nadawca nadawcy nadawce adresat adresata adresatem adresatka klient klienta
        klientem klientka klientki klientowi zamawiajacy zamawiajacego zamawiajaca kupujacy kupujacego
        kupujaca platnik platnika wlasciciel wlasciciela wlascicielem wlascicielka wlascicielki posiadacz
        posiadacza posiadaczka uzytkownik uzytkownika abonent abonenta abonentka ubezpieczony ubezpieczona
        upowazniony upowazniona upowaznionego godnosc kontaktowa kontaktowej dotyczy osoba podpis podpisano
        podpisany podpisana dane autor zglaszajacy zglaszajaca reklamujacy reklamujaca pelnomocnik
        pelnomocnika gosc goscia pasazer pasazera pasazerka posiadaczem
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
        konta rachunku umowy karty lokalu zamowienia przesylki paczki slicznie bardzo pieknie panienskie
        klienta odbiorcy nadawcy wlasciciela szanowny szanowna nasz nasza naszego naszej wasz wasza pozostaje
    """,
}

ENGLISH: Final = {
    Cue.TITLE: """
        mr mrs ms miss mister mx sir madam madame mme lord lady dame
    """,
    Cue.OFFICE: """
        dr doctor prof professor rev reverend father captain agent courier driver advisor adviser
        representative rep operator manager supervisor assistant technician engineer nurse attorney lawyer
        officer colleague consultant
    """,
    Cue.KIN: """
        husband wife son daughter mother father mum mom mummy dad daddy brother sister grandmother grandfather
        grandma grandpa granddaughter grandson aunt uncle niece nephew cousin fiance fiancee partner boyfriend
        girlfriend friend flatmate roommate neighbour neighbor boss kid baby stepson stepdaughter spouse
        landlord tenant coworker dog
    """,
    Cue.LABELS: """
        holder cardholder recipient addressee sender attn attention payee beneficiary passenger guest owner
        client customer contact signed applicant policyholder subscriber buyer seller tenant patient member
        fao behalf payer surname
    """,
    Cue.NAMES: """
        name names named surname forename
    """,
    Cue.CLOSES: """
        regards sincerely faithfully best cheers thank thanks thx wishes yours respectfully cordially thankyou
        appreciated love
    """,
    Cue.GREETS: """
        hi hello hey dear hiya morning afternoon evening
    """,
    Cue.INTRODUCES: """
        am m im is its here
    """,
    Cue.LINK: """
        is of my the our your s kind kindest best warm many very first last full account in and reads was
        called you so much again lot a
    """,
}

# These announce a name only after certain words.
AFTER: Final = {
    "am": frozenset("i"),
    "m": frozenset("i"),
    "is": frozenset(("this", "it", "name")),
}
