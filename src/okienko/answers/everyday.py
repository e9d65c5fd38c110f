"""Words of everyday speech, which tell a story and hardly ever what is asked. Pure.

Help articles do not use them, so they look rare and telling there: "my husband", „w zeszły wtorek”, „sweter”. They were
collected by hand from how customers write: the people of a story, time, numbers, feelings, what one buys. A help
centre that has such a word in one of its titles means something by it, and it counts there like any other.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from okienko.answers.text import stem
from okienko.values import Language

_POLISH: Final = """
    zignoruj zignorowac ignoruj ignorowac zapomnij zapomnijcie pomin pomincie niewazne poprzednia poprzednie poprzednio
    poprzedniej poprzedniego poprzednim wczesniejszy wczesniejsza wczesniejsze wczesniejszej wczesniejszego uwagi uwage
    pomylka pomylke pomylki pomylkowo omylkowo przypadkiem przypadkowo niechcacy pomylilam pomylilem pomylilo
    jeszcze cos cokolwiek czegos czyms wszystko wszystkie wszystkich wszystkim dalej nadal wciaz ciagle dalam
    dalem dalo daje daja daj pisze pisza pisalam pisalem napisal napisala napisane napisano zrobic zrobilam
    zrobilem robic robi robie robia rob zrob zrobie zrobi dostal dostalam dostalem dostaje dostac dostane
    dostalismy szanowni szanowna szanowny panstwo panstwa panstwu panstwem panie pani pana pan panu pania panowie
    drodzy uprzejmie laskawie laskawi inna inne innego innej innych innym mial miala mialo mialam mialem mieli
    miec macie mamy masz widze widzi widac widzial widzialam widzialem zobaczylam zobaczylem zobaczyc zobacze
    jakas jakies jakis jakims jakiejs wczoraj dzis dzisiaj jutro rano wieczor wieczorem wieczorami poludnie
    poludniem poludniu noc noca nocy temu kazdy kazda kazde kazdego kazdej kazdym wszedzie nigdzie nigdy zawsze
    czasem mogl mogla mogli moglbym moglabym mowi mowia mowil mowila powiedzial powiedziala powiedziec powiedzcie
    wiem wie wiedziec wiedzialam wiedzialem wiedza nwm sami samo samemu zostal zostala zostalo zostali zostaly
    zostanie nikt nikogo nikomu kogos komus kims komu kogo przyszlo przyszla przyszedl trzeba musze musi musimy
    musialam musialem musza powinien powinna powinno powinnam powinienem maz meza mezem mezowi zona zony zone
    zonie syn syna synowi synem synek corka corki corke corce siostra siostry siostrze siostre brat brata bratu
    bratem mama mamie mame matka matki matce tata taty tacie ojciec ojca babcia babci babcie dziadek dziadka wnuk
    wnuczka wnuczki wnuka wnukowi tesciowa tesciowej tesciowi ciocia ciotka wujek kuzyn kuzynka kuzynki kolega
    kolezanka kolezanki kolezance kolezanke kolege przyjaciolka przyjaciel szwagier szwagra chlopak dziewczyna
    sasiadka sasiadki rodzina rodziny rodzice rodzicow ziomek ziomka typ typa typem babka babke gosc goscia facet
    facetka baba znajomy znajoma znajomych znajomi ludzie ludzi dziecko dzieci dziecku nowy nowa nowe stary stara
    stare staremu ladny ladna ladne piekny piekna piekne duzy duza duze maly mala male maluchy caly cala cale
    calego calej calym calkiem zwykly dobra dobre dobrze zle zly zla fatalnie super fajny fajna fajne swietnie
    potem zaraz wtedy najpierw wreszcie koncu koniec konca znow znowu ponownie tymczasem przedtem pozniej
    wczesniej dawno niedawno ostatnio ostatni ostatnia kiedys dopiero wlasnie akurat nagle naprawde chyba raczej
    przeciez jednak jednakze natomiast lecz gdyz poniewaz choc chociaz skoro niby podobno ponoc otoz zatem zreszta
    wlasciwie normalnie zwyczajnie prostu wgl wogole ogole ogolnie serio kurde kurcze xd lol pls plis plz hejka
    elo halo mysle mysli myslalam myslalem myslal myslala sadze uwazam czuje wydaje wydawalo pamietam pamietac
    boje bojac obawiam zastanawiam wole wolalbym wolalabym wolal chcial chciala chcieli chcemy chca chciec pragne
    pragnie prosic prosil prosila prosimy prosi zalezy marzy lubie lubi podoba rozumiem rozumiec kapuje kumam
    tydzien tygodnia tygodnie tygodni tygodniu miesiac miesiaca miesiace miesiecy miesiacu rok roku lata lat
    latach dnia dni dniu dniach godzina godziny godzine godzin godzinie minuta minuty minut minute sekunda sekund
    sekundy chwila chwile chwili poniedzialek poniedzialku wtorek wtorku sroda srode srody czwartek czwartku
    piatek piatku sobota sobote soboty niedziela niedziele niedzieli weekend pn wt sr czw pt sob nd styczen
    stycznia luty lutego marzec marca kwiecien kwietnia maj czerwiec czerwca lipiec lipca lipcu sierpien sierpnia
    wrzesien wrzesnia pazdziernik pazdziernika listopad listopada grudzien grudnia swieta swiat wakacje urodziny
    urodzin imieniny slub slubie slubu jeden jedna jedno jednego jednej jednym dwa dwie dwoch dwoje dwom trzy
    trzech trzeci trzecia trzecie trzecim cztery czterech piec pieciu szesc siedem osiem dziewiec dziesiec
    dziesiaty jedenascie dwanascie trzynascie pietnascie dwadziescia trzydziesci czterdziesci piecdziesiat
    szescdziesiat siedemdziesiat osiemdziesiat sto dwiescie trzysta piecset tysiac pierwszy pierwsza pierwsze
    pierwszym drugi druga drugie drugiej drugim kilka kilkanascie pare paru pol polowa polowe raz razy razu razem
    zero zera zl zlotych zlote zloty zlotowka groszy grosze grosz stow stowa tysiecy kr rzecz rzeczy rzecza sprawa
    sprawie sprawy sprawe kwestia chodzi chodzilo mieszkam mieszka mieszkamy jestesmy bylam bylem byli bylismy
    bede bylby bywam sweter swetra swetry buty butow butami kurtka kurtke kurtki plaszcz plaszcza sukienka
    sukienke sukienki suknia bluza bluze bluzka bluzke spodnica spodnie szalik szal czapka torba torbe torebka
    torebke portfel pierscionek kolczyki naszyjnik broszka broszke zegara zegarek zegarka lampa lampe lampka
    lampke zyrandol lustro lustra wazon wazonu dzbanek dzbanka kubek kubka kubki filizanka filizanki talerz
    talerze imbryk szkatulka szafka szafke szafa szafe szafy regal regalu kredens kredensu komoda stol stolu
    stolik stolika krzeslo krzesla fotel fotela fotele kanapa biurko biurka dywan dywanu obrus obrusu poduszka koc
    koca posciel swieca swiece swiecznik gramofon radio rower rowera roweru ksiazka ksiazki ksiazke ksiazek plyta
    plyty lalka lalki laleczki mis misia zabawka zabawki klocki mebel mebla meble skrzynia skrzynie wozek hustawka
    hustawke wianek wianki serweta serwetki guziki noz noza luk kot kota kotka pies psa dom domu domem mieszkanie
    mieszkania miasto miasta wies wsi ulica ulicy ogrod dzialka kuchnia pokoj osiedle szkola praca pracy pracuje
    siedze siedzi lezy lezalam lezalem leze stoje stac chodze ide idzie idz poszlam poszedl poszlo poszla wyszlo
    wyszla jade jechac jechalam jechalem jezdze wyjezdzam wyjezdzamy wyjazd wracam wroce przyjezdza przyjdzie
    przyjsc przyjechac zaczac zaczynam zaczelam zaczal konczy koncze patrze patrzylam patrzylem szukam szukalam
    szukalem znalazlam znalazlem znalezc znajduje czytam czytalam czytalem przeczytalam wyczytalam slyszalam
    slyszalem pytam pytalam pytalem pyta zapytalem zapytac pytania zostawil zostawila zostawic zostawilam bierze
    biore brac bralam bralem wziac wzielam wzial trzymam trzyma moim moimi swoim swoimi niej niego nimi nia ona
    ono oni one jemu mu nami wami wasz wasza wasze waszym waszej waszego waszych wasi tobie nawet rowniez takze
    zamiast wiecej mniej bardziej najbardziej troche mocno szybko szybciej wolno latwo trudno prosto kaman ogarnac
    ogarniam spoko git nara siema tutejszy laskaw uczynic zechciec racza raczyc owszem bynajmniej niestety
    szczescie szkoda wstyd przykro rozpacz ratunku pomocy pomoc pomozcie pomoze help zanim poki dopoki odkad dokad
    ktoredy tyle ilu ktokolwiek mowie powiem zamierzam planuje planowac planujemy kombinowac okazja okazji sens
    sensu opcja opcje opcji mozliwosc mozliwosci szansa szanse wyjscie wyjscia zalozmy przyklad przykladu np
"""
_ENGLISH: Final = """
    ignore ignored forget disregard skip nevermind previous wrote written typed mistake mistakenly accident accidentally
    still yet already again ever never always sometimes usually often maybe perhaps probably actually really quite
    pretty rather only even also else instead anyway however although though because since until somehow somewhere
    something anything nothing everything someone somebody anyone anybody nobody everyone everybody yesterday
    today tomorrow tonight morning afternoon evening night noon week weeks weekend month months year years day
    days hour hours minute minutes second seconds moment ago recently lately soon later earlier before after
    monday tuesday wednesday thursday friday saturday sunday january february march april june july august
    september october november december christmas easter birthday holiday husband wife mother mum mom dad father
    son daughter brother sister grandma grandpa grandmother grandfather kids child children baby aunt uncle cousin
    friend friends girlfriend boyfriend neighbour neighbor guy man woman people person family two three four five
    six seven eight nine ten eleven twelve twenty thirty forty fifty hundred thousand first third couple several
    many much few lot lots bit half say says said saying tell tells told telling think thinks thought guess know
    knows knew known feel feels felt wonder wondering hope hoping afraid worried sorry glad happy sad angry wants
    wanted wish wishes prefer love likes liked hate believe seem seems seemed mean means meant sure understand try
    tries tried trying go goes going gone went come comes came coming look looks looked looking see sees saw seen
    watch sit sits sitting stand stands standing live lives living walk wait waiting start started starting begin
    began end ended keep keeps kept keeping leave left leaving take takes took taken taking bring brought put puts
    make makes made making give gave given happen happens happened happening thing things stuff matter case way
    ways place kind sort idea reason good bad nice great fine okay ok new old big small little long short whole
    same different other another next last ladies gentlemen dear sir madam kindly honestly basically literally
    suddenly finally lol pls plz thx omg btw asap shirt shoes dress coat jacket bag lamp chair table sofa vase mug
    clock rug curtains sweater necklace ring earrings bike guitar doll toy house home city town street garden
    kitchen dog cat
"""


def _read(words: str, language: Language) -> frozenset[str]:
    return frozenset(form for word in words.split() for form in (word, stem(word, language)))


# The words and their stems, folded.
EVERYDAY: Final[Mapping[Language, frozenset[str]]] = {"pl": _read(_POLISH, "pl"), "en": _read(_ENGLISH, "en")}
